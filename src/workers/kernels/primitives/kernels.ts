import { KernelUnavailableError } from "../../../core/errors.ts";
import type { Activation } from "../../../core/ops/activation.ts";
import { PANEL_COLUMNS, type InstructionSet, type WasmSet } from "../../../shared/engine/instruction-sets.ts";
import { PEAK_SUMS, PEAK_VECTORS } from "../generate/generate-peak.ts";

/** How a micro-kernel meets A: `rows` has element (i, k) at a + i · strideA + 4k, `columns` at a + k · strideA + 4i. */
export type LayoutOfA = "rows" | "columns";

/**
 * C (rows, width) = A (rows, depth) @ B (depth, width), beginning with `start` (START), plus the bias (width,) at `bias`
 * unless that is 0, and max(C, 0) − shift `relu` bytes behind it unless that is 0. Unless `sums` is 0, the float64 at
 * `sums` and `squares` (width,) grow by Σ d and Σ d² of the columns, d = x − centre, of max(C, 0) − shift where that is
 * formed; float32 `centres` (width,) that are NaN become the first row. Pointers and strides in bytes.
 */
export type MultiplyTiles = (
  rows: number,
  depth: number,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  c: number,
  strideC: number,
  start: number,
  bias: number,
  relu: number,
  shift: number,
  sums: number,
  squares: number,
  centres: number,
) => void;

/** The last columns of C as dot products; B's columns contiguous, strideB apart. See generate-dots.ts. */
export type MultiplyDots = (
  rows: number,
  depth: number,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  c: number,
  strideC: number,
  start: number,
  bias: number,
  relu: number,
  shift: number,
  sums: number,
  squares: number,
  centres: number,
  scratch: number,
) => void;

/** target = f(x), element by element; a scalar with it. */
export type MapOne = (x: number, target: number, bytes: number, scalar: number) => void;
/** target = f(x, y), element by element. */
export type MapTwo = (x: number, y: number, target: number, bytes: number) => void;
/** target = f(x, y, scalar), element by element. */
export type MapTwoScaled = (x: number, y: number, target: number, bytes: number, scalar: number) => void;

/** One kind of activation; the scalar is a leaky relu's slope, which the others do not look at. */
export interface ActivationKernels {
  /** f(x). */
  readonly value: MapOne;
  /** y · f′(x). */
  readonly backward: MapTwoScaled;
}

/** What every instruction set offers; see generate.ts for what each computes. Pointers and strides are in bytes. */
export interface Kernels {
  readonly instructionSet: InstructionSet;
  /** Columns of the widest tile. */
  readonly panelColumns: number;
  /** By columns of C, for A stored in rows and for A stored transposed. */
  readonly rows: Readonly<Record<number, MultiplyTiles>>;
  readonly columns: Readonly<Record<number, MultiplyTiles>>;
  /** By columns of C: 1, 2, 3. */
  readonly dots: Readonly<Record<number, MultiplyDots>>;
  /** max(x, 0) − scalar. */
  readonly relu: MapOne;
  /** x + y. */
  readonly addInto: MapTwo;
  /** y where x > 0, else 0. */
  readonly mask: MapTwo;
  /** scalar · (x − y). */
  readonly scaledDifference: MapTwoScaled;
  /** x − scalar · y. */
  readonly subtractScaled: MapTwoScaled;
  /** x · y. */
  readonly multiply: MapTwo;
  /** (x − mean) · factor, each of them as long as x. */
  readonly standardize: (x: number, mean: number, factor: number, target: number, bytes: number) => void;
  /** factor · (dy − mean − x · along), each of them as long as x. */
  readonly batchNormBackward: (
    x: number,
    dy: number,
    factor: number,
    mean: number,
    along: number,
    target: number,
    bytes: number,
  ) => void;
  /** sums (columns,) in float64 += Σ over rows of x · y. */
  readonly addProducts: (
    rows: number,
    columns: number,
    x: number,
    y: number,
    stride: number,
    sums: number,
  ) => void;
  /** (x − mean) / √(variance + eps), row by row. */
  readonly normalizeRows: (rows: number, columns: number, x: number, target: number, eps: number) => void;
  /** (dy − mean dy − x̂ · mean(dy · x̂)) / √(variance + eps), row by row. */
  readonly normalizeRowsBackward: (
    rows: number,
    columns: number,
    x: number,
    dy: number,
    target: number,
    eps: number,
  ) => void;
  /** x · scale where hash32((index + i) ^ key) ≥ threshold, unsigned, else 0. */
  readonly dropout: (
    x: number,
    target: number,
    count: number,
    index: number,
    key: number,
    threshold: number,
    scale: number,
  ) => void;
  /** scalar · x. */
  readonly scale: MapOne;
  /** (x − mean) · factor, computed in float64. */
  readonly normalize: (x: number, target: number, bytes: number, mean: number, factor: number) => void;
  /** `count` bytes / divisor as floats. */
  readonly scaleBytes: (x: number, target: number, count: number, divisor: number) => void;
  /** Within 4 units of the last place, or 3e-7. */
  readonly activations: Readonly<Record<Activation["kind"], ActivationKernels>>;
  /** Σ (x − y)² of `count` floats in float64. */
  readonly squaredDifferences: (x: number, y: number, count: number) => number;
  /** Σ x² of `count` floats in float64. */
  readonly squares: (x: number, count: number) => number;
  /** counts (4,) in float64 += how many of `count` floats are NaN, infinite, below lo, above hi. */
  readonly tally: (x: number, count: number, lo: number, hi: number, counts: number) => void;
  /** counts (columns,) in float64 += rows of x that are above 0. */
  readonly activeRows: (rows: number, columns: number, x: number, stride: number, counts: number) => void;
  /** counts (bins,) in float64 += floats in each bin ⌊(x − lo) · scale⌋ of [lo, hi]; the last bin includes hi. */
  readonly histogram: (
    x: number,
    count: number,
    lo: number,
    hi: number,
    scale: number,
    bins: number,
    counts: number,
  ) => void;
  /** sums (columns,) in float64 += Σ over rows of x. */
  readonly addColumns: (rows: number, columns: number, x: number, stride: number, sums: number) => void;
  /** As the sums of `MultiplyTiles`, over rows of x. */
  readonly addMoments: (
    rows: number,
    columns: number,
    x: number,
    stride: number,
    sums: number,
    squares: number,
    centres: number,
  ) => void;
  /** Sum, sum of squares, min, max and number of zeros of 4 · vectors floats, five float64 at `out`. */
  readonly moments: (x: number, vectors: number, out: number) => void;
  /** Σ (x − mean)² of 4 · vectors floats. */
  readonly deviations: (x: number, vectors: number, mean: number) => number;
  /** target = exp(x − row's max), and (max, sum of the exponentials) of each row as two floats at `totals`. */
  readonly exponentials: (rows: number, columns: number, x: number, target: number, totals: number) => void;
  /**
   * Σ over rows of log Σ exp x − (1 − smoothing) x[label] − smoothing · mean x in float64, with the totals of
   * `exponentials`; NaN where a label is no class.
   */
  readonly crossEntropies: (
    rows: number,
    columns: number,
    x: number,
    totals: number,
    labels: number,
    smoothing: number,
  ) => number;
  /** target ← factor · (target / sum − (1 − smoothing) onehot(label) − smoothing / columns), of exponentials. */
  readonly softmaxGradients: (
    rows: number,
    columns: number,
    target: number,
    totals: number,
    labels: number,
    factor: number,
    smoothing: number,
  ) => void;
  /** Rows whose largest entry, the first of equal ones, is the label's. */
  readonly countHits: (rows: number, columns: number, x: number, labels: number) => number;
  /** target (rows, columns) = 1 at each row's label, else 0. */
  readonly oneHots: (rows: number, columns: number, labels: number, target: number) => void;
  /** The optimisers' steps, element by element; see generate-optimisers.ts for the scalars. */
  readonly momentum: (
    param: number,
    grad: number,
    velocity: number,
    bytes: number,
    lr: number,
    momentum: number,
    ofGradient: number,
    ofVelocity: number,
    decay: number,
  ) => void;
  readonly adam: (
    param: number,
    grad: number,
    m: number,
    v: number,
    bytes: number,
    stepSize: number,
    scale: number,
    beta1: number,
    rest1: number,
    beta2: number,
    rest2: number,
    eps: number,
    decay: number,
    keep: number,
  ) => void;
  readonly rmsProp: (
    param: number,
    grad: number,
    v: number,
    bytes: number,
    lr: number,
    alpha: number,
    rest: number,
    eps: number,
    decay: number,
  ) => void;
  readonly copyRows: (
    rows: number,
    bytes: number,
    source: number,
    sourceStride: number,
    target: number,
    targetStride: number,
  ) => void;
  readonly copyTransposed: (
    rows: number,
    count: number,
    source: number,
    sourceStride: number,
    target: number,
    targetStride: number,
  ) => void;
  readonly outer: (x: number, y: number, target: number, xCount: number, yVectors: number) => void;
  readonly add: (source: number, target: number, bytes: number) => void;
  /** By number of sums, what measures the CPU's peak; empty without fused multiply-add. See generate-peak.ts. */
  readonly peaks: Readonly<Record<number, (rounds: number, at: number) => void>>;
}

/** @throws {KernelUnavailableError} If the module lacks an export: a build that does not match this source. */
function exported(exports: WebAssembly.Exports, name: string): (...values: number[]) => number {
  const kernel = exports[name];
  if (typeof kernel !== "function") {
    throw new KernelUnavailableError(
      `instantiateKernels: the module exports no ${name}; build the app again`,
    );
  }
  return kernel as (...values: number[]) => number;
}

/** Instantiates one instruction set's kernels on the arena, or gives null when the runtime does not know them. */
export function instantiateKernels(
  instructionSet: WasmSet,
  bytes: Uint8Array,
  memory: WebAssembly.Memory,
): Kernels | null {
  if (!WebAssembly.validate(bytes)) return null;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory, log: Math.log },
  });
  const panelColumns = PANEL_COLUMNS[instructionSet];
  const activation = (kind: Activation["kind"]): ActivationKernels => ({
    value: exported(exports, kind),
    backward: exported(exports, `${kind}Backward`),
  });
  const widths = [16, 8, 4, 3, 2, 1].filter((width) => width <= panelColumns);
  const byWidth = (layout: string): Record<number, MultiplyTiles> =>
    Object.fromEntries(widths.map((width) => [width, exported(exports, `${layout}${width}`)]));
  return {
    instructionSet,
    panelColumns,
    rows: byWidth("rows"),
    columns: byWidth("columns"),
    dots: Object.fromEntries([1, 2, 3].map((width) => [width, exported(exports, `dots${width}`)])),
    relu: exported(exports, "relu"),
    addInto: exported(exports, "addInto"),
    mask: exported(exports, "mask"),
    scaledDifference: exported(exports, "scaledDifference"),
    subtractScaled: exported(exports, "subtractScaled"),
    multiply: exported(exports, "multiply"),
    standardize: exported(exports, "standardize"),
    batchNormBackward: exported(exports, "batchNormBackward"),
    addProducts: exported(exports, "addProducts"),
    normalizeRows: exported(exports, "normalizeRows"),
    normalizeRowsBackward: exported(exports, "normalizeRowsBackward"),
    dropout: exported(exports, "dropout"),
    scale: exported(exports, "scale"),
    normalize: exported(exports, "normalize"),
    scaleBytes: exported(exports, "scaleBytes"),
    activations: {
      leakyRelu: activation("leakyRelu"),
      tanh: activation("tanh"),
      sigmoid: activation("sigmoid"),
      gelu: activation("gelu"),
    },
    squaredDifferences: exported(exports, "squaredDifferences"),
    squares: exported(exports, "squares"),
    tally: exported(exports, "tally"),
    activeRows: exported(exports, "activeRows"),
    histogram: exported(exports, "histogram"),
    addColumns: exported(exports, "addColumns"),
    addMoments: exported(exports, "addMoments"),
    moments: exported(exports, "moments"),
    deviations: exported(exports, "deviations"),
    exponentials: exported(exports, "exponentials"),
    crossEntropies: exported(exports, "crossEntropies"),
    softmaxGradients: exported(exports, "softmaxGradients"),
    countHits: exported(exports, "countHits"),
    oneHots: exported(exports, "oneHots"),
    momentum: exported(exports, "momentum"),
    adam: exported(exports, "adam"),
    rmsProp: exported(exports, "rmsProp"),
    copyRows: exported(exports, "copyRows"),
    copyTransposed: exported(exports, "copyTransposed"),
    outer: exported(exports, "outer"),
    add: exported(exports, "add"),
    peaks:
      PEAK_VECTORS[instructionSet] === 0
        ? {}
        : Object.fromEntries(PEAK_SUMS.map((sums) => [sums, exported(exports, `peak${sums}`)])),
  };
}
