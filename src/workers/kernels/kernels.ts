import { KernelUnavailableError } from "../../core/errors.ts";
import { PANEL_COLUMNS, type InstructionSet, type WasmSet } from "../../shared/instruction-sets.ts";
import { PEAK_SUMS, PEAK_VECTORS } from "./generate-peak.ts";

/** How a micro-kernel meets A: `rows` has element (i, k) at a + i · strideA + 4k, `columns` at a + k · strideA + 4i. */
export type LayoutOfA = "rows" | "columns";

/**
 * C (rows, width) = A (rows, depth) @ B (depth, width), beginning with `start` (START, or a bias's place), and
 * max(C, 0) − shift `relu` bytes behind it unless that is 0. Unless `sums` is 0, the float64 at `sums` and `squares`
 * (width,) grow by the sums and the sums of squares of the columns, of max(C, 0) − shift where that is formed. Pointers
 * and strides in bytes.
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
  relu: number,
  shift: number,
  sums: number,
  squares: number,
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
  relu: number,
  shift: number,
  sums: number,
  squares: number,
  scratch: number,
) => void;

/** target = f(x), element by element; a scalar with it. */
export type MapOne = (x: number, target: number, bytes: number, scalar: number) => void;
/** target = f(x, y), element by element. */
export type MapTwo = (x: number, y: number, target: number, bytes: number) => void;
/** target = f(x, y, scalar), element by element. */
export type MapTwoScaled = (x: number, y: number, target: number, bytes: number, scalar: number) => void;

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
  /** sums (columns,) in float64 += Σ over rows of x. */
  readonly addColumns: (rows: number, columns: number, x: number, stride: number, sums: number) => void;
  /** sums and squares (columns,) in float64 += Σ and Σ of squares over rows of x. */
  readonly addMoments: (
    rows: number,
    columns: number,
    x: number,
    stride: number,
    sums: number,
    squares: number,
  ) => void;
  /** Sum, sum of squares, min, max and number of zeros of 4 · vectors floats, five float64 at `out`. */
  readonly moments: (x: number, vectors: number, out: number) => void;
  /** Σ (x − mean)² of 4 · vectors floats. */
  readonly deviations: (x: number, vectors: number, mean: number) => number;
  /** target = exp(x − row's max), and (max, sum of the exponentials) of each row as two floats at `totals`. */
  readonly exponentials: (rows: number, columns: number, x: number, target: number, totals: number) => void;
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
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const panelColumns = PANEL_COLUMNS[instructionSet];
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
    addColumns: exported(exports, "addColumns"),
    addMoments: exported(exports, "addMoments"),
    moments: exported(exports, "moments"),
    deviations: exported(exports, "deviations"),
    exponentials: exported(exports, "exponentials"),
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
