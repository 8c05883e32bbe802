import { KernelUnavailableError } from "../../core/errors.ts";
import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";
import type { KernelTiming } from "../../shared/experiments/tuning.ts";
import type { TuneAnswer } from "../../shared/engine/worker-tasks.ts";
import type { KernelLibrary } from "../kernels/load/kernel-library.ts";
import { measurePeak } from "../kernels/verify/measure-peak.ts";
import { timeKernels } from "../kernels/verify/verify-kernels.ts";
import type { Kernels } from "../kernels/load/kernels.ts";

/** The kernels if they compute rightly, else why they must not be used. */
function tested(library: KernelLibrary, instructionSet: InstructionSet, scratch: number): Kernels | string {
  try {
    return library.verified(instructionSet, scratch);
  } catch (error) {
    if (error instanceof KernelUnavailableError) return error.message;
    throw error;
  }
}

/**
 * Tests every candidate, times the right ones and measures the CPU's peak, in memory from `scratch` on. `beat` is
 * called between these steps, which take some tens of milliseconds each.
 */
export function runTune(
  library: KernelLibrary,
  memory: WebAssembly.Memory,
  scratch: number,
  beat: () => void,
): TuneAnswer {
  library.forgetTests();
  let peakGflops: number | null = null;
  const time = (instructionSet: InstructionSet): KernelTiming => {
    beat();
    const candidate = tested(library, instructionSet, scratch);
    beat();
    if (typeof candidate === "string") return { instructionSet, failure: candidate, gflops: 0 };
    const peak = measurePeak(candidate, memory, scratch);
    beat();
    if (peak > 0) peakGflops = Math.max(peakGflops ?? 0, peak);
    return { instructionSet, failure: null, gflops: timeKernels(candidate, memory, scratch) };
  };
  const generated = library.wasmSets.map(time);
  const noneIsRight = generated.every(({ failure }) => failure !== null);
  return { kernels: noneIsRight ? [...generated, time("javascript")] : generated, peakGflops };
}

/** Tests one candidate. @returns Why it must not be used, or null. */
export function runVerify(
  library: KernelLibrary,
  instructionSet: InstructionSet,
  scratch: number,
): string | null {
  const candidate = tested(library, instructionSet, scratch);
  return typeof candidate === "string" ? candidate : null;
}
