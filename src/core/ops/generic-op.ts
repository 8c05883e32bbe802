/**
 * How an iteration space reads a tensor: the element at `offset` + Σ index[d] · strides[d], all counted in elements of
 * the flat tensor. A stride of 0 repeats, which is what broadcasting is.
 */
export interface StridedView<T> {
  readonly tensor: T;
  readonly offset: number;
  /** One a dimension of the iteration space. */
  readonly strides: readonly number[];
}

/** Functions of one number. sign(NaN) is NaN, sign(±0) 0; rsqrt x = 1 / √x. */
export const UNARY_FUNCTIONS = [
  "neg",
  "abs",
  "sign",
  "sqrt",
  "rsqrt",
  "square",
  "exp",
  "log",
  "tanh",
  "sigmoid",
  "erf",
] as const;

/**
 * Functions of two. Comparisons give 1 or 0, with NaN 0 except for `ne`; maximum and minimum of a NaN are NaN; pow of a
 * negative number is NaN unless the exponent is whole.
 */
export const BINARY_FUNCTIONS = [
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "maximum",
  "minimum",
  "gt",
  "ge",
  "lt",
  "le",
  "eq",
  "ne",
] as const;

export type UnaryFunction = (typeof UNARY_FUNCTIONS)[number];
export type BinaryFunction = (typeof BINARY_FUNCTIONS)[number];
/** `where` takes condition, yes and no: yes where the condition is not 0 (NaN is not). */
export type MapFunction = UnaryFunction | BinaryFunction | "where";

/**
 * One step of an expression in postfix order: puts an input's element or a number, as float32, on the stack, or applies
 * a function to its top.
 */
export type MapStep = { readonly input: number } | { readonly value: number } | { readonly fn: MapFunction };

export type ReduceKind = "sum" | "max" | "min" | "argmax" | "argmin";
export type Distribution = "normal" | "uniform" | "permutation";

/** Most inputs that one map reads, functions that it applies, dimensions of an iteration space. */
export const MAP_INPUTS = 8;
export const MAP_FUNCTIONS = 16;
export const MAX_RANK = 6;

/** How many operands a function takes from the stack. */
export function operandsOf(fn: MapFunction): 1 | 2 | 3 {
  if (fn === "where") return 3;
  return (UNARY_FUNCTIONS as readonly string[]).includes(fn) ? 1 : 2;
}

/**
 * The ops of the tensor language. All tensors are float32, row-major and dense; `shape` is the iteration space (rank 0
 * to 6), its last dimension runs fastest.
 */
export interface GenericOpParams<T> {
  /**
   * out[i] = steps(inputs(i)) for every index i of `shape`, element by element; at most 8 inputs and 16 functions. `out`
   * holds as many elements as `shape` and may be an input's tensor only where that is read element for element.
   */
  map: {
    shape: readonly number[];
    inputs: readonly StridedView<T>[];
    steps: readonly MapStep[];
    out: T;
  };
  /**
   * out[k] = scale · Σ, or max, min, their place, over the dimensions `axes` of steps(inputs(i)). Sums are float64
   * inside; `scale` is 1 except for sums (a mean's 1/n). max and min of a NaN are NaN. argmax and argmin count the
   * reduced dimensions in row-major order, take the first of equal ones, and the first NaN before all.
   */
  reduce: {
    kind: ReduceKind;
    shape: readonly number[];
    inputs: readonly StridedView<T>[];
    steps: readonly MapStep[];
    axes: readonly number[];
    scale: number;
    out: T;
  };
  /** out(i) = x(i): permute, slice, expand, and a concatenation's parts. What `out` does not meet stays as it is. */
  copy: { shape: readonly number[]; x: StridedView<T>; out: StridedView<T> };
  /**
   * out[i] = x(i) moved on by indices(i) · axisStride elements; NaN where the index is no whole number in
   * 0 … axisSize − 1. `outside` (1,) float64 = how many those are. Rows: x.strides is 0 along the picked axis.
   */
  take: {
    shape: readonly number[];
    x: StridedView<T>;
    axisStride: number;
    axisSize: number;
    indices: StridedView<T>;
    out: T;
    outside: T;
  };
  /**
   * out = 0, then out[Σ i_d · outStrides_d + indices(i) · axisStride] += g(i) for all i in order, in float64: the same
   * sum for any number of threads. Indices that are no whole number in 0 … axisSize − 1 are left out and counted in
   * `outside` (1,) float64.
   */
  scatterAdd: {
    shape: readonly number[];
    g: StridedView<T>;
    indices: StridedView<T>;
    out: T;
    outStrides: readonly number[];
    axisStride: number;
    axisSize: number;
    outside: T;
  };
  /**
   * out = numbers from the normal distribution, uniform ones in [0, 1) that are multiples of 2⁻²⁴, or 0 … n − 1 in
   * random order; a function of (seed, stream, draw) and the element's place, three whole numbers below 2³².
   *
   * @see core/random/philox.ts
   */
  draw: { distribution: Distribution; seed: number; stream: number; draw: number; out: T };
}

export type GenericOpName = keyof GenericOpParams<unknown>;

/** One generic op with its parameters. */
export type GenericOp<T, K extends GenericOpName = GenericOpName> = {
  [N in K]: { readonly op: N } & Readonly<GenericOpParams<T>[N]>;
}[K];

/** The views of an op by their roles. */
export function viewsOf<T>(op: GenericOp<T>): readonly (readonly [string, StridedView<T>])[] {
  switch (op.op) {
    case "map":
    case "reduce":
      return op.inputs.map((view, index) => [`input ${index}`, view] as const);
    case "copy":
      return [
        ["x", op.x],
        ["out", op.out],
      ];
    case "take":
      return [
        ["x", op.x],
        ["indices", op.indices],
      ];
    case "scatterAdd":
      return [
        ["g", op.g],
        ["indices", op.indices],
      ];
    case "draw":
      return [];
  }
}

const GENERIC_NAMES: ReadonlySet<string> = new Set<GenericOpName>([
  "map",
  "reduce",
  "copy",
  "take",
  "scatterAdd",
  "draw",
]);

export const isGeneric = <T>(op: { readonly op: string } | GenericOp<T>): op is GenericOp<T> =>
  GENERIC_NAMES.has(op.op);
