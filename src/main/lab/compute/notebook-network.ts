import type { PlainNetwork } from "../../../core/network/network.ts";

export const IN_FEATURES = 784;
export const HIDDEN = 50;

export type GradientName = "x" | "w1" | "b1" | "w2" | "b2";
export const GRADIENT_NAMES: readonly GradientName[] = ["x", "w1", "b1", "w2", "b2"];

/** pred = (max(x W1 + b1, 0) − shift) W2 + b2 and its mean squared error. */
export const notebookNetwork = (shift: number): PlainNetwork => ({
  layers: [
    { type: "linear", in: IN_FEATURES, out: HIDDEN },
    { type: "relu", shift },
    { type: "linear", in: HIDDEN, out: 1 },
  ],
  loss: "mse",
});
