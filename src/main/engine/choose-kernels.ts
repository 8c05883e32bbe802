import { KernelUnavailableError } from "../../core/errors.ts";
import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";
import type { TimedKernels } from "../../shared/engine/worker-tasks.ts";

/**
 * A candidate further down the list must be this much faster in every round to be taken. Where vectors are joined,
 * `relaxed256` is nearly twice as fast as `relaxed128`, else half as fast: nothing true lies near this.
 */
const CLEARLY_FASTER = 1.3;

/**
 * Candidates as they are preferred. `relaxed256` is made for a V8 that joins pairs of vectors; where it does not, its
 * tiles have too many of them for the registers.
 *
 * @param joinsVectors null where nobody can say.
 */
const preferred = (right: readonly TimedKernels[], joinsVectors: boolean | null): readonly TimedKernels[] => {
  if (joinsVectors !== false) return right;
  const order: readonly InstructionSet[] = ["relaxed128", "relaxed256", "simd128", "javascript"];
  return right.toSorted((a, b) => order.indexOf(a.instructionSet) - order.indexOf(b.instructionSet));
};

/**
 * The first right candidate in the order of instruction sets, unless one further down was clearly faster in every round:
 * the choice decides a run's id and the last bits of every result, so a busy machine must not change it.
 *
 * @throws {KernelUnavailableError} If none is right.
 */
export function chooseKernels(
  timings: readonly TimedKernels[],
  joinsVectors: boolean | null = null,
): InstructionSet {
  const right = preferred(
    timings.filter(({ failure }) => failure === null),
    joinsVectors,
  );
  const [first] = right;
  if (first === undefined) {
    throw new KernelUnavailableError(
      `No kernels can be used on this runtime: ${timings.map(({ failure }) => failure).join("; ")}`,
    );
  }
  return right.reduce((chosen, other) => (beats(other, chosen) ? other : chosen)).instructionSet;
}

const beats = (other: TimedKernels, chosen: TimedKernels): boolean =>
  other.rounds.length > 0 &&
  other.rounds.every((gflops, round) => gflops >= CLEARLY_FASTER * (chosen.rounds[round] ?? Infinity));
