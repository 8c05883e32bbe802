import { KernelUnavailableError } from "../../core/errors.ts";
import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";
import type { KernelTiming } from "../../shared/experiments/tuning.ts";

/**
 * A candidate further down the list must be this much faster to be taken: a noisy measurement must not change the
 * arithmetic, and with it the last bits of every result, from one start to the next.
 */
const CLEARLY_FASTER = 1.15;

/** The first right candidate that none is clearly faster than. @throws {KernelUnavailableError} If none is right. */
export function chooseKernels(timings: readonly KernelTiming[]): InstructionSet {
  const right = timings.filter(({ failure }) => failure === null);
  const best = Math.max(...right.map(({ gflops }) => gflops));
  const chosen = right.find(({ gflops }) => gflops * CLEARLY_FASTER >= best);
  if (chosen !== undefined) return chosen.instructionSet;
  throw new KernelUnavailableError(
    `No kernels can be used on this runtime: ${timings.map(({ failure }) => failure).join("; ")}`,
  );
}
