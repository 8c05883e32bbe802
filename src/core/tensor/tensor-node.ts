import type { BinaryFunction, Distribution, UnaryFunction } from "../ops/generic-op.ts";

/** Where in a notebook an operation was recorded; lines and columns count from 1. */
export interface SourceLine {
  readonly cell: string;
  readonly line: number;
  readonly column: number | null;
}

/** What the numbers stand for; all are stored as float32. "bool" holds 0 and 1, "int32" whole numbers up to 2²⁴. */
export type TensorDType = "float32" | "bool" | "int32";

export type ReduceFunction =
  | "sum"
  | "mean"
  | "variance"
  | "std"
  | "max"
  | "min"
  | "argmax"
  | "argmin"
  | "logSumExp";

/** A draw of the notebook's generator: the same numbers for the same three, whatever else runs. */
export interface DrawKey {
  readonly seed: number;
  readonly stream: number;
  readonly draw: number;
}

/**
 * One operation of the language; its inputs and the shape of its result stand in the node. Axes count from 0 and are
 * sorted. Plain data.
 */
export type TensorOp =
  /** The same number everywhere; of shape [] it is a number that stood where a tensor may. */
  | { readonly kind: "full"; readonly value: number }
  /** Values that came with the program, row-major. */
  | { readonly kind: "data"; readonly values: Float32Array }
  /** Values that already lie in the node's storage; nothing is known about where they came from. */
  | { readonly kind: "stored" }
  | { readonly kind: "eye" }
  | { readonly kind: "draw"; readonly distribution: Distribution; readonly key: DrawKey }
  | { readonly kind: "unary"; readonly fn: UnaryFunction }
  | { readonly kind: "binary"; readonly fn: BinaryFunction }
  /** condition, yes, no: yes where the condition is not 0. */
  | { readonly kind: "where" }
  | {
      readonly kind: "reduce";
      readonly fn: ReduceFunction;
      readonly axes: readonly number[];
      readonly keepdim: boolean;
      /** What is taken off n in the divisor of a variance or standard deviation. */
      readonly correction: number;
    }
  | { readonly kind: "softmax"; readonly axis: number }
  /** (M, K) @ (K, N); transposing an operand is a permutation in front of it and costs nothing. */
  | { readonly kind: "matmul" }
  | { readonly kind: "reshape" }
  /** Axis d of the result is axis axes[d] of the input. */
  | { readonly kind: "permute"; readonly axes: readonly number[] }
  | { readonly kind: "expand" }
  /** Elements from, from + 1, … of one axis, as many as the result has. */
  | { readonly kind: "slice"; readonly axis: number; readonly from: number }
  /** The same values, through which no gradient goes. */
  | { readonly kind: "detach" }
  /** x, indices: rows x[indices[…]]; shape (…indices, …rest of x). */
  | { readonly kind: "take" }
  /** x, indices: x[…, indices[…], …] along one axis; the shape of indices. */
  | { readonly kind: "gather"; readonly axis: number }
  /** g, indices: zeros, and g added at the rows that take would have read. The reverse of take. */
  | { readonly kind: "scatterRows" }
  /** g, indices: zeros, and g added where gather would have read. The reverse of gather. */
  | { readonly kind: "scatterAlong"; readonly axis: number }
  /** indices: 1 at the class of the last, new axis, else 0. */
  | { readonly kind: "oneHot" }
  | { readonly kind: "cat"; readonly axis: number }
  /** `value` around the input, `before[d]` of them in front along axis d. */
  | { readonly kind: "pad"; readonly before: readonly number[]; readonly value: number };

/** Where a computed tensor lies: row-major and dense from `offset` (in elements) in a float32 buffer. */
export interface TensorStorage {
  readonly buffer: number;
  readonly offset: number;
}

/** One recorded operation and its result. */
export interface TensorNode {
  readonly id: number;
  op: TensorOp;
  inputs: readonly TensorNode[];
  readonly shape: readonly number[];
  readonly dtype: TensorDType;
  /** The method that recorded it, as people call it: "relu", "variance". */
  readonly label: string;
  readonly line: SourceLine | null;
  /** The variable it was assigned to, where that is known. */
  name: string | null;
  /** Set once it has been computed. */
  storage: TensorStorage | null;
}

/** Where a tensor may stand, a number may stand. */
export type Operand = TensorNode | number;

/** Takes down nodes in order; the sandbox supplies line and notices. */
export interface Recorder {
  /** Where the method that is being recorded was called. */
  line(): SourceLine | null;
  /** Something legal that is probably not meant; shown at the line. */
  notice(notice: TensorNotice): void;
  /** A number no other node of this recorder has. */
  nextId(): number;
}

export interface TensorNotice {
  readonly text: string;
  readonly line: SourceLine | null;
}
