import { counted } from "../../core/counted.ts";
import type { CellResult, RunDetails } from "../../shared/runs/run-records.ts";
import { formatDuration } from "../../shared/format/duration.ts";
import { formatBytes } from "../../shared/format/number.ts";
import { cellTable } from "./cell-table.ts";

function verdictCounts(cells: readonly CellResult[]): string {
  const counts = new Map<string, number>();
  for (const { verdict } of cells) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(", ");
}

/** A notebook's run as text: the cells beside the original's numbers, how it ended, where it ran, its memory. */
export function runReport({ run, cells, machine }: RunDetails): string {
  const took = formatDuration(cells.reduce((total, { ms }) => total + ms, 0));
  const failure = run.failure === null ? "" : `: ${run.failure}`;
  // Cells that only define something say nothing.
  const telling = cells.filter(
    ({ expected, measured, verdict }) =>
      verdict !== "measured" || Object.keys({ ...expected, ...measured }).length > 0,
  );
  return [
    cellTable(telling),
    "",
    `run ${run.id} ${run.status}${failure}`,
    `${counted(cells.length, "cell")} in ${took}: ${verdictCounts(cells)}`,
    `memory: peak ${formatBytes(Number(run.summary["peakRssBytes"]))}`,
    `${machine.cpuModel}, ${counted(run.threads, "thread")}, Electron ${machine.electron}, kernel ${machine.kernel}`,
  ].join("\n");
}
