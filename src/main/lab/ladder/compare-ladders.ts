import { bootstrapRatio } from "../../../core/bootstrap-ratio.ts";
import { randomStream } from "../../../core/random/random-stream.ts";
import type { LadderComparison, LadderRecord, RungResult } from "../../../shared/experiments/ladder.ts";

/** Of the bootstrap: the same samples give the same interval. */
const SEED = 95;
/**
 * Two runs of the same ladder differ by this much without a reason: where the matrices lie in memory, what the
 * processor's clock did. A difference counts when its whole interval lies beyond.
 */
const RUN_TO_RUN = 0.01;

type ComparedRung = LadderComparison["rungs"][number];

const warmMs = ({ samples }: RungResult): number[] => samples.filter(({ cold }) => !cold).map(({ ms }) => ms);

function verdictOf({ lo, hi }: ComparedRung["ratio"]): ComparedRung["verdict"] {
  if (lo > 1 + RUN_TO_RUN) return "slower";
  return hi < 1 / (1 + RUN_TO_RUN) ? "faster" : "no difference shown";
}

const sameRung = (left: RungResult, right: RungResult): boolean =>
  left.rung === right.rung &&
  left.threads === right.threads &&
  left.shape.m === right.shape.m &&
  left.shape.k === right.shape.k &&
  left.shape.n === right.shape.n;

/** How many times as long each rung took in the other ladder, for rungs that both have measured. */
export function compareLadders(one: LadderRecord, other: LadderRecord): LadderComparison {
  const stream = randomStream(SEED);
  return {
    sameMachine: one.machine.id === other.machine.id,
    sameThreads: one.settings.threads === other.settings.threads,
    warnings: { one: one.conditions.warnings, other: other.conditions.warnings },
    rungs: one.rungs.flatMap((rung): ComparedRung[] => {
      const match = other.rungs.find((candidate) => sameRung(rung, candidate));
      if (rung.status !== "measured" || match?.status !== "measured") return [];
      const { value, low, high } = bootstrapRatio(warmMs(match), warmMs(rung), stream);
      const ratio = { value, lo: low, hi: high };
      return [
        { rung: rung.rung, shape: rung.shape, threads: rung.threads, ratio, verdict: verdictOf(ratio) },
      ];
    }),
  };
}
