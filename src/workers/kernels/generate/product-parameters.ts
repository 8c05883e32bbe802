import { local } from "./wat.ts";

/** Sizes, places, strides, what to add: all of them i32. */
const NAMES = [
  "rows",
  "depth",
  "a",
  "strideA",
  "b",
  "strideB",
  "c",
  "strideC",
  "start",
  "bias",
  "relu",
] as const;

/** What every function that forms products is given first. */
export const PRODUCT_PARAMETERS = [
  ...NAMES.map((name) => `(param $${name} i32)`),
  "(param $shift f32) (param $sums i32) (param $squares i32) (param $centres i32)",
];

/** The same, to hand them on. */
export const PRODUCT_ARGUMENTS = [...NAMES, "shift", "sums", "squares", "centres"].map(local);
