export type DType = "float32" | "float64" | "int32" | "uint8";

/** A tensor as far as building an experiment needs to know it. */
export interface TensorLike {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
}
