import type { CellResult, RunDetails } from "../../shared/runs/run-records.ts";
import { cellTable } from "./cell-table.ts";

const gigabytes = (bytes: unknown): string => `${(Number(bytes) / 1e9).toFixed(2)} GB`;

function verdictCounts(cells: readonly CellResult[]): string {
  const counts = new Map<string, number>();
  for (const { verdict } of cells) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(", ");
}

/** A notebook run as text: the cells beside the notebook's numbers, how it ended, where it ran, its memory. */
export function runReport({ run, cells, machine }: RunDetails): string {
  const seconds = cells.reduce((total, { ms }) => total + ms, 0) / 1000;
  const failure = run.failure === null ? "" : `: ${run.failure}`;
  return [
    cellTable(cells),
    "",
    `run ${run.id} ${run.status}${failure}`,
    `${cells.length} cells in ${seconds.toFixed(1)} s: ${verdictCounts(cells)}`,
    `memory: forecast ${gigabytes(run.config["forecastBytes"])}, peak ${gigabytes(run.summary["peakRssBytes"])} measured`,
    `${machine.cpuModel}, ${run.threads} threads, Electron ${machine.electron}, kernel ${machine.kernel}`,
  ].join("\n");
}
