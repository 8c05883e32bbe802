import type { Timing } from "../../../shared/runs/run-records.ts";
import { interquartileRange, median } from "../../../core/statistics.ts";

export interface TimingGroup {
  readonly stage: string;
  readonly pass: Timing["pass"];
  /** Without warm-up calls, in order of measurement. */
  readonly samples: readonly number[];
  readonly warmups: readonly number[];
  readonly medianMs: number;
  readonly halfIqrMs: number;
}

/** Samples by stage and pass, in the order in which they first appear. */
export function timingGroups(timings: readonly Timing[]): readonly TimingGroup[] {
  const groups = new Map<string, Timing[]>();
  for (const timing of timings) {
    const key = `${timing.stage}\n${timing.pass}`;
    groups.set(key, [...(groups.get(key) ?? []), timing]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const samples = group.filter(({ warmup }) => !warmup).map(({ ms }) => ms);
    const measured = samples.filter((ms) => !Number.isNaN(ms));
    return [
      {
        stage: first.stage,
        pass: first.pass,
        samples,
        warmups: group.filter(({ warmup }) => warmup).map(({ ms }) => ms),
        medianMs: median(measured),
        halfIqrMs: interquartileRange(measured) / 2,
      },
    ];
  });
}
