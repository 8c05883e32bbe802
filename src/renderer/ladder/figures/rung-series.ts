import type { RungId, RungResult } from "../../../shared/experiments/ladder.ts";
import type { LegendEntry } from "../../charts/kit/figure.ts";
import { rungIndex } from "../ladder-results.ts";

/** As many colours as the theme has; after them the dashes move on by two, so that no pair comes twice. */
const COLOURS = 6;

/** A rung's colour and dash, the same in every chart. */
export function rungSeries(rung: RungId): { readonly series: number; readonly dash: number } {
  const index = rungIndex(rung);
  const series = index % COLOURS;
  return { series, dash: (series + 2 * Math.floor(index / COLOURS)) % COLOURS };
}

/** What a rung's single point is drawn as: no two rungs have the same colour and the same mark. */
export const rungMark = (rung: RungId): "dot" | "triangle" =>
  rungIndex(rung) < COLOURS ? "dot" : "triangle";

/** An entry that shows and hides one rung's dataset. */
export function rungEntry(
  { rung, name }: Pick<RungResult, "rung" | "name">,
  mark: LegendEntry["mark"],
  dataset: number,
): LegendEntry {
  return { label: name, ...rungSeries(rung), mark, datasets: [dataset] };
}
