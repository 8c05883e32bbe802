/** Weights of what came before in the smoothed lines. */
export const SMOOTHINGS = [0.9, 0.99, 0.999] as const;
export type Smoothing = (typeof SMOOTHINGS)[number];
