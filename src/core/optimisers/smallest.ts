/**
 * What optimisers and losses take for 0, NaN apart: far from what could move a parameter, and as far from subnormal
 * numbers, which cost many CPUs over a hundred cycles each.
 */
export const SMALLEST = {
  /** A gradient, or a mean of gradients. */
  gradient: 2 ** -100,
  /** A mean of squared gradients; its root is 1e-11 of the usual eps. */
  square: 2 ** -126,
  /** A gradient that is to be squared: its square is under the smallest. */
  squared: 2 ** -63,
} as const;

export const isSmallest = (name: string): name is keyof typeof SMALLEST => name in SMALLEST;
