import type { RungId } from "../../../shared/experiments/ladder.ts";

/** How the first call went: its time, or about how long it would have taken had it not been given up. */
export type FirstCall = { readonly coldMs: number } | { readonly givenUpMs: number };

/**
 * A rung made ready for one product. It computes into the product's `out`, where the result is compared before it is
 * asked for samples.
 */
export interface Contender {
  readonly rung: RungId;
  readonly name: string;
  /** Threads it computes on. */
  readonly threads: number;
  /** Rest after its turn: threads that still wait for work must not take the next one's processor. */
  readonly restMs: number;
  /** Another library: its failure is noted, and the ladder goes on without it. */
  readonly foreign: boolean;
  /** What must be said of it on this product whatever its times are, or "". */
  readonly remark: string;
  /** The first call, given up when it would take longer than `limitMs`. @throws {ExperimentCancelled} @throws {TaskError} */
  first(limitMs: number): Promise<FirstCall>;
  /** Milliseconds a call, one value a loop of `calls`, after calls that are not counted. */
  sample(calls: number, samples: number): Promise<readonly number[]>;
}
