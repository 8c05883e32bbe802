import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { compileGuarded, compileQuickly } from "../../engine/v8-flags.ts";

const FILE = "@jitl/quickjs-wasmfile-release-sync/wasm";

let compiled: Promise<WebAssembly.Module> | null = null;

/**
 * The interpreter's WebAssembly, compiled once for all sandboxes, in 15 ms: the optimising compiler, the only one that
 * the kernels' flags leave, takes half a second. A failure is told, and the next caller tries again.
 */
export function interpreterModule(): Promise<WebAssembly.Module> {
  compiled ??= readFile(createRequire(import.meta.url).resolve(FILE))
    .then((bytes) => compileGuarded(() => compileQuickly(new Uint8Array(bytes))))
    .catch((error: unknown) => {
      compiled = null;
      throw error;
    });
  return compiled;
}
