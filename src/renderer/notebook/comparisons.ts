import type { CellResult } from "../../shared/runs/run-records.ts";
import type { Figure } from "../charts/kit/figure.ts";
import { statisticsFigure } from "../charts/figures/statistics-figure.ts";
import { timingsFigure } from "../charts/figures/timings-figure.ts";

type Results = ReadonlyMap<string, CellResult>;

export interface Comparison {
  readonly kind: "initialisation" | "stages";
  readonly title: string;
  readonly sentence: string;
  /** Cells that take part; the card stands below the last of them. */
  readonly cells: readonly string[];
}

export const COMPARISONS: readonly Comparison[] = [
  {
    kind: "initialisation",
    title: "Initialisations compared",
    sentence: "Mean and spread of the first layer's activations under each initialisation.",
    cells: ["12", "15", "16", "18"],
  },
  {
    kind: "stages",
    title: "Stages compared",
    sentence: "Forward and backward time of every way to write the same network.",
    cells: ["29", "42", "43", "63", "64", "84", "86"],
  },
];

export function missingCells({ cells }: Comparison, results: Results): readonly string[] {
  return cells.filter((id) => !results.has(id));
}

export function initialisationFigure(results: Results): Figure {
  const rows = resultsOf("initialisation", results).flatMap(({ cell, details }) =>
    details.statistics.map((statistics) => ({ cell, statistics })),
  );
  const seen = rows.map(({ statistics }) => statistics.label);
  const isUnique = (label: string) => seen.indexOf(label) === seen.lastIndexOf(label);
  const labelled = rows.map(({ cell, statistics }) => ({
    ...statistics,
    label: isUnique(statistics.label) ? statistics.label : `${statistics.label} [${cell}]`,
  }));
  return statisticsFigure("Initialisations compared: activations", labelled);
}

export function stagesFigure(results: Results): Figure {
  const timings = resultsOf("stages", results)
    .flatMap(({ details }) => details.timings)
    .filter(({ pass }) => pass !== "call");
  return timingsFigure("Stages compared: forward and backward", timings);
}

function resultsOf(kind: Comparison["kind"], results: Results): readonly CellResult[] {
  const comparison = COMPARISONS.find((candidate) => candidate.kind === kind);
  return (comparison?.cells ?? []).flatMap((id) => results.get(id) ?? []);
}
