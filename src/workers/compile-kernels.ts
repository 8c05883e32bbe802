// Compiles and tests every set of kernels in a process of its own, with V8's flags from the command line: whether the
// compiler comes through is this process's end.
import { setFlagsFromString } from "node:v8";
import kernelsBase64 from "virtual:kernels";
import { KernelUnavailableError } from "../core/errors.ts";
import { WASM_SETS } from "../shared/engine/instruction-sets.ts";
import { VERIFICATION_BYTES } from "../shared/engine/kernel-scratch.ts";
import { KernelLibrary } from "./kernels/load/kernel-library.ts";
import { readModule } from "./kernels/load/kernels.ts";

const PAGE_BYTES = 65_536;

for (const flag of process.argv.slice(2)) setFlagsFromString(flag);
const pages = 1 + Math.ceil(VERIFICATION_BYTES / PAGE_BYTES);
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
const library = new KernelLibrary(
  WASM_SETS.map((instructionSet) => ({
    instructionSet,
    module: readModule(Buffer.from(kernelsBase64[instructionSet], "base64")),
  })),
  memory,
);
for (const instructionSet of library.wasmSets) {
  try {
    library.verified(instructionSet, PAGE_BYTES);
  } catch (error) {
    // Wrong kernels are not chosen; that is no crash.
    if (!(error instanceof KernelUnavailableError)) throw error;
  }
}
