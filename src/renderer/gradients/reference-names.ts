import type { GradientReference } from "../../shared/experiments/gradcheck.ts";

/** What a gradient is compared with, in a few words and in a sentence. */
export const REFERENCES: Readonly<
  Record<GradientReference, { readonly name: string; readonly hint: string }>
> = {
  float64: {
    name: "float64 backward pass",
    hint: "written once more in double precision, all coordinates",
  },
  "finite-difference": {
    name: "central differences",
    hint: "from the loss alone, in double precision",
  },
  direction: { name: "random directions", hint: "eight a tensor: all coordinates at once" },
  tfjs: { name: "TensorFlow.js", hint: "an independent library differentiates" },
};
