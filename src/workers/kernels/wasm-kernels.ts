import kernelsBase64 from "virtual:kernels";
import { KernelUnavailableError } from "../../core/errors.ts";

type Tile = (
  depth: number,
  a: number,
  strideA: number,
  b: number,
  c: number,
  strideC: number,
  accumulate: number,
) => void;

/** Exports of the generated module; see generate.ts for what each computes. Pointers and strides are in bytes. */
export interface WasmKernels {
  readonly tile4x8: Tile;
  readonly tile1x8: Tile;
  readonly tile4x8TransposedA: Tile;
  readonly tile1x8TransposedA: Tile;
  readonly outer: (x: number, y: number, target: number, xCount: number, yVectors: number) => void;
  readonly add: (source: number, target: number, vectors: number) => void;
}

/** @throws {KernelUnavailableError} If the module lacks an export: a build that does not match this source. */
function exported(exports: WebAssembly.Exports, name: string): (...values: number[]) => void {
  const kernel = exports[name];
  if (typeof kernel !== "function") {
    throw new KernelUnavailableError(`loadWasmKernels: the module exports no ${name}; build the app again`);
  }
  return kernel;
}

/** Instantiates the kernels on the arena. */
export function loadWasmKernels(memory: WebAssembly.Memory): WasmKernels {
  const module = new WebAssembly.Module(Buffer.from(kernelsBase64, "base64"));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return {
    tile4x8: exported(exports, "tile4x8"),
    tile1x8: exported(exports, "tile1x8"),
    tile4x8TransposedA: exported(exports, "tile4x8TransposedA"),
    tile1x8TransposedA: exported(exports, "tile1x8TransposedA"),
    outer: exported(exports, "outer"),
    add: exported(exports, "add"),
  };
}
