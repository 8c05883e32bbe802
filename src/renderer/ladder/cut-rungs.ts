import type { LadderForecast, RungId } from "../../shared/experiments/ladder.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { rungIndex, sameShape } from "./ladder-results.ts";

/** A rung that will be cut or skipped. */
export interface CutRung {
  readonly rung: RungId;
  readonly note: string;
  /** Sizes of a sweep, or "" where there is one shape. */
  readonly shapes: string;
}

/** The forecasts with a note, the sizes of a sweep that share one put together. */
export function cutRungs(forecasts: LadderForecast["rungs"]): readonly CutRung[] {
  const [first] = forecasts;
  const several = first !== undefined && forecasts.some(({ shape }) => !sameShape(shape, first.shape));
  const groups = new Map<string, LadderForecast["rungs"]>();
  for (const forecast of forecasts) {
    if (forecast.note === "") continue;
    // Every skipped size has a time of its own; beside a list of sizes only the word counts.
    const kind = several ? forecast.note.split(":")[0] : forecast.note;
    const key = `${forecast.rung} ${kind ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), forecast]);
  }
  const cut = [...groups.values()].flatMap((group) => {
    const [one] = group;
    if (one === undefined) return [];
    const shapes = several ? group.map(({ shape }) => `${formatNumber(shape.m)}³`).join(", ") : "";
    const note = group.length > 1 ? (one.note.split(":")[0] ?? one.note) : one.note;
    return [{ rung: one.rung, note, shapes }];
  });
  return cut.sort((a, b) => rungIndex(a.rung) - rungIndex(b.rung));
}
