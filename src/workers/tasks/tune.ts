import { KernelUnavailableError } from "../../core/errors.ts";
import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";
import type { TimedBlocks, TuneAnswer, TuneTask, VerifyTask } from "../../shared/engine/worker-tasks.ts";
import type { KernelLibrary } from "../kernels/load/kernel-library.ts";
import { measurePeak } from "../kernels/verify/measure-peak.ts";
import { timeKernels, timeLargeProduct } from "../kernels/verify/verify-kernels.ts";
import type { Kernels } from "../kernels/load/kernels.ts";

/** Long enough for V8 to have put optimised code into place, where it starts with the quick compiler's. */
const WARM_UP_MS = 30;
/** Candidates take turns, so that a moment at which the machine is busy is every candidate's. */
const ROUNDS = 5;
const ROUND_MS = 8;

/** The kernels that a test gives if they compute rightly, else why they must not be used. */
function tested(test: () => Kernels): Kernels | string {
  try {
    return test();
  } catch (error) {
    if (error instanceof KernelUnavailableError) return error.message;
    throw error;
  }
}

/**
 * Tests every candidate, times the right ones in turns, measures the CPU's peak, and times blocks for caches with the
 * fastest, in TUNING_BYTES of the arena. `beat` is called between these steps, which take some tens of milliseconds each.
 */
export function runTune(
  library: KernelLibrary,
  memory: WebAssembly.Memory,
  { scratchOffsetBytes: scratch, cacheBytes }: TuneTask,
  beat: () => void,
): TuneAnswer {
  library.forgetTests();
  let peakGflops: number | null = null;
  const tryPeak = (kernels: Kernels): void => {
    const peak = measurePeak(kernels, memory, scratch);
    beat();
    if (peak > 0) peakGflops = Math.max(peakGflops ?? 0, peak);
  };
  const prepare = (instructionSet: InstructionSet): Candidate => {
    beat();
    const candidate = tested(() => library.verified(instructionSet, scratch));
    beat();
    if (typeof candidate === "string")
      return { instructionSet, failure: candidate, kernels: null, rounds: [] };
    tryPeak(candidate);
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
  // At first V8's quick compiler's code may have run: on a busy machine the optimised one comes late.
  for (const { kernels } of candidates) if (kernels !== null) tryPeak(kernels);
  const timed = candidates.map(({ instructionSet, failure, rounds }) => ({
    instructionSet,
    failure,
    gflops: Math.max(0, ...rounds),
    rounds,
  }));
  const fastest = candidates.reduce((best, one) => (bestOf(one) > bestOf(best) ? one : best));
  return {
    kernels: timed,
    peakGflops,
    blocks:
      fastest.kernels === null || fastest.instructionSet === "javascript"
        ? []
        : timeBlocks(fastest.kernels, memory, { scratch, cacheBytes, beat }),
  };
}

const bestOf = ({ rounds }: Candidate): number => Math.max(0, ...rounds);

/** Times blocks for each of the caches in turns. Plain loops are not worth it: they are slower than any cache. */
function timeBlocks(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  { scratch, cacheBytes, beat }: { scratch: number; cacheBytes: readonly number[]; beat: () => void },
): TimedBlocks[] {
  const timed = cacheBytes.map((bytes) => ({ cacheBytes: bytes, rounds: [] as number[] }));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { cacheBytes: bytes, rounds } of timed) {
      beat();
      const gflops = timeLargeProduct(kernels, memory, scratch, bytes);
      // The first round warms up.
      if (round > 0) rounds.push(gflops);
    }
  }
  return timed;
}

interface Candidate {
  readonly instructionSet: InstructionSet;
  readonly failure: string | null;
  /** Null for one that failed. */
  readonly kernels: Kernels | null;
  readonly rounds: number[];
}

/** Tests half of one candidate. @returns Why it must not be used, or null. */
export function runVerify(
  library: KernelLibrary,
  { instructionSet, half, scratchOffsetBytes: scratch }: VerifyTask,
): string | null {
  const candidate = tested(() => library.verified(instructionSet, scratch, [half]));
  return typeof candidate === "string" ? candidate : null;
}
