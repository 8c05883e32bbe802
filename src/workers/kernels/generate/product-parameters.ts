/** What every function that forms products is given first, all of them i32: sizes, places, strides, what to add. */
export const PRODUCT_PARAMETERS = [
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
