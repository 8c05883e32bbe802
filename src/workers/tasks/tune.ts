import { KernelUnavailableError } from "../../core/errors.ts";
import type { KernelTiming } from "../../shared/worker-tasks.ts";
import type { KernelLibrary } from "../kernels/kernel-library.ts";
import { timeKernels } from "../kernels/verify-kernels.ts";

/** Tests every candidate and times the right ones, in memory from `scratch` on. */
export function runTune(
  library: KernelLibrary,
  memory: WebAssembly.Memory,
  scratch: number,
): readonly KernelTiming[] {
  return library.instructionSets.map((instructionSet) => {
    try {
      const kernels = library.verified(instructionSet, scratch);
      return { instructionSet, failure: null, gflops: timeKernels(kernels, memory, scratch) };
    } catch (error) {
      if (!(error instanceof KernelUnavailableError)) throw error;
      return { instructionSet, failure: error.message, gflops: 0 };
    }
  });
}
