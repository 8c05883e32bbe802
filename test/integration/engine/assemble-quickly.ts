import { setFlagsFromString } from "node:v8";
import { setV8Flags } from "../../../src/main/engine/v8-flags.ts";
import { assembleKernels } from "../../../src/workers/kernels/generate/generate.ts";

/**
 * `assembleKernels`, and afterwards the flags of V8 that the app sets. The assembler is WebAssembly itself: to have the
 * optimising compiler compile all of it at once takes three seconds, a hundred times what it has to do.
 */
export function assembleQuickly(text: string): Uint8Array {
  setFlagsFromString("--liftoff");
  try {
    return assembleKernels(text);
  } finally {
    setV8Flags();
  }
}
