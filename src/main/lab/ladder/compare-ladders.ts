import { compareSamples, drawFirst, drawOther } from "../../../core/compare-samples.ts";
import type { LadderComparison, LadderRecord, RungResult } from "../../../shared/experiments/ladder.ts";

type ComparedRung = LadderComparison["rungs"][number];

const warmMs = ({ samples }: RungResult): number[] => samples.filter(({ cold }) => !cold).map(({ ms }) => ms);

const sameRung = (left: RungResult, right: RungResult): boolean =>
  left.rung === right.rung &&
  left.threads === right.threads &&
  left.shape.m === right.shape.m &&
  left.shape.k === right.shape.k &&
  left.shape.n === right.shape.n;

/** How many times as long each rung took in the other ladder, for rungs that both have measured. */
export function compareLadders(one: LadderRecord, other: LadderRecord): LadderComparison {
  return {
    sameMachine: one.machine.id === other.machine.id,
    sameThreads: one.settings.threads === other.settings.threads,
    warnings: { one: one.conditions.warnings, other: other.conditions.warnings },
    rungs: one.rungs.flatMap((rung): ComparedRung[] => {
      const match = other.rungs.find((candidate) => sameRung(rung, candidate));
      if (rung.status !== "measured" || match?.status !== "measured") return [];
      const { ratio, verdict } = compareSamples(drawFirst(warmMs(rung)), drawOther(warmMs(match)));
      return [
        {
          rung: rung.rung,
          shape: rung.shape,
          threads: rung.threads,
          ratio: ratio === null ? null : { value: ratio.value, lo: ratio.low, hi: ratio.high },
          verdict,
        },
      ];
    }),
  };
}
