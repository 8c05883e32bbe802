import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const FILE = "@jitl/quickjs-wasmfile-release-sync/wasm";

let compiled: Promise<WebAssembly.Module> | null = null;

/**
 * The interpreter's WebAssembly, compiled once for all sandboxes: V8's optimising compiler, the only one that the
 * kernels' flags leave, takes half a second for it. A failure is told to whoever asks, and the next one tries again.
 */
export function interpreterModule(): Promise<WebAssembly.Module> {
  compiled ??= readFile(createRequire(import.meta.url).resolve(FILE))
    .then((bytes) => WebAssembly.compile(new Uint8Array(bytes)))
    .catch((error: unknown) => {
      compiled = null;
      throw error;
    });
  return compiled;
}
