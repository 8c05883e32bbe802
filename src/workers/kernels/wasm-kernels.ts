import { KernelUnavailableError } from "../../core/errors.ts";
import { PANEL_COLUMNS, type InstructionSet } from "../../shared/instruction-sets.ts";
import { PEAK_SUMS, PEAK_VECTORS } from "./generate-peak.ts";

/**
 * C (rows, width) = A (rows, depth) @ B (depth, width), beginning with `start` (START, or a bias's place), and
 * max(C, 0) − shift `relu` bytes behind it unless that is 0. Pointers and strides in bytes.
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
  scratch: number,
) => void;

/** Exports of a generated module; see generate.ts for what each computes. Pointers and strides are in bytes. */
export interface WasmKernels {
  readonly instructionSet: InstructionSet;
  /** Columns of the widest tile. */
  readonly panelColumns: number;
  /** By columns of C, for A stored in rows and for A stored transposed. */
  readonly rows: Readonly<Record<number, MultiplyTiles>>;
  readonly columns: Readonly<Record<number, MultiplyTiles>>;
  /** By columns of C: 1, 2, 3. */
  readonly dots: Readonly<Record<number, MultiplyDots>>;
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
function exported(exports: WebAssembly.Exports, name: string): (...values: number[]) => void {
  const kernel = exports[name];
  if (typeof kernel !== "function") {
    throw new KernelUnavailableError(
      `instantiateKernels: the module exports no ${name}; build the app again`,
    );
  }
  return kernel;
}

/** Instantiates one instruction set's kernels on the arena, or gives null when the runtime does not know them. */
export function instantiateKernels(
  instructionSet: InstructionSet,
  bytes: Uint8Array,
  memory: WebAssembly.Memory,
): WasmKernels | null {
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
