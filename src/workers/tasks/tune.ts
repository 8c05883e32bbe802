import { KernelUnavailableError } from "../../core/errors.ts";
import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";
import type { TuneAnswer } from "../../shared/engine/worker-tasks.ts";
import type { KernelLibrary } from "../kernels/load/kernel-library.ts";
import { measurePeak } from "../kernels/verify/measure-peak.ts";
import { timeKernels } from "../kernels/verify/verify-kernels.ts";
import type { Kernels } from "../kernels/load/kernels.ts";

/** Long enough for V8 to have put optimised code into place, where it starts with the quick compiler's. */
const WARM_UP_MS = 30;
/** Candidates take turns, so that a moment at which the machine is busy is every candidate's. */
const ROUNDS = 5;
const ROUND_MS = 8;

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
 * Tests every candidate, times the right ones in turns and measures the CPU's peak, in memory from `scratch` on. `beat`
 * is called between these steps, which take some tens of milliseconds each.
 */
export function runTune(
  library: KernelLibrary,
  memory: WebAssembly.Memory,
  scratch: number,
  beat: () => void,
): TuneAnswer {
  library.forgetTests();
  let peakGflops: number | null = null;
  const prepare = (instructionSet: InstructionSet): Candidate => {
    beat();
    const candidate = tested(library, instructionSet, scratch);
    beat();
    if (typeof candidate === "string")
      return { instructionSet, failure: candidate, kernels: null, rounds: [] };
    const peak = measurePeak(candidate, memory, scratch);
    beat();
    if (peak > 0) peakGflops = Math.max(peakGflops ?? 0, peak);
    timeKernels(candidate, memory, scratch, WARM_UP_MS);
    return { instructionSet, failure: null, kernels: candidate, rounds: [] };
  };
  const candidates = library.wasmSets.map(prepare);
  if (candidates.every(({ failure }) => failure !== null)) candidates.push(prepare("javascript"));
  for (let round = 0; round < ROUNDS; round++) {
    beat();
    for (const { kernels, rounds } of candidates) {
      if (kernels !== null) rounds.push(timeKernels(kernels, memory, scratch, ROUND_MS));
    }
  }
  const timed = candidates.map(({ instructionSet, failure, rounds }) => ({
    instructionSet,
    failure,
    gflops: Math.max(0, ...rounds),
    rounds,
  }));
  return { kernels: timed, peakGflops };
}

interface Candidate {
  readonly instructionSet: InstructionSet;
  readonly failure: string | null;
  /** Null for one that failed. */
  readonly kernels: Kernels | null;
  readonly rounds: number[];
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
