import { KernelUnavailableError } from "../../../core/errors.ts";
import { PANEL_COLUMNS, type InstructionSet, type WasmSet } from "../../../shared/engine/instruction-sets.ts";
import { PEAK_SUMS, PEAK_VECTORS } from "../generate/generate-peak.ts";
import { primitiveKernels, type PrimitiveKernels } from "../primitives/primitive-table.ts";

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
export type MultiplyDots = (...operands: [...Parameters<MultiplyTiles>, scratch: number]) => void;

/** What every instruction set offers: products by shape, and the primitives. Pointers and strides are in bytes. */
export interface Kernels extends PrimitiveKernels {
  readonly instructionSet: InstructionSet;
  /** Columns of the widest tile. */
  readonly panelColumns: number;
  /** By columns of C, for A stored in rows and for A stored transposed. */
  readonly rows: Readonly<Record<number, MultiplyTiles>>;
  readonly columns: Readonly<Record<number, MultiplyTiles>>;
  /** By columns of C: 1, 2, 3. */
  readonly dots: Readonly<Record<number, MultiplyDots>>;
  /** By number of sums, what measures the CPU's peak; empty without fused multiply-add. See generate-peak.ts. */
  readonly peaks: Readonly<Record<number, (rounds: number, at: number) => void>>;
}

/** Reads a module, which V8 compiles when it is called; null when the runtime does not know its instructions. */
export const readModule = (bytes: Uint8Array): WebAssembly.Module | null =>
  WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;

/** Instantiates one instruction set's kernels on the arena. */
export function instantiateKernels(
  instructionSet: WasmSet,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Kernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const exported = (name: string): ((...values: number[]) => number) => {
    const kernel = exports[name];
    if (typeof kernel !== "function") {
      throw new KernelUnavailableError(
        `instantiateKernels: the module exports no ${name}; build the app again`,
      );
    }
    return kernel as (...values: number[]) => number;
  };
  const byNumber = (
    numbers: readonly number[],
    prefix: string,
  ): Record<number, (...values: number[]) => number> =>
    Object.fromEntries(numbers.map((number) => [number, exported(`${prefix}${number}`)]));
  const panelColumns = PANEL_COLUMNS[instructionSet];
  const widths = [16, 8, 4, 3, 2, 1].filter((width) => width <= panelColumns);
  return {
    ...primitiveKernels(exported),
    instructionSet,
    panelColumns,
    rows: byNumber(widths, "rows"),
    columns: byNumber(widths, "columns"),
    dots: byNumber([1, 2, 3], "dots"),
    peaks: PEAK_VECTORS[instructionSet] === 0 ? {} : byNumber(PEAK_SUMS, "peak"),
  };
}
