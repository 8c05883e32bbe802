import type { JudgeContext } from "../../../core/notebook/judge.ts";
import { executionOrder, notebookCell, NOTEBOOK_CELLS } from "../../../core/notebook/notebook-cells.ts";
import type { CellSelection } from "../../../shared/experiments/notebook.ts";
import type { CellResult, Quantities } from "../../../shared/runs/run-records.ts";
import { cellEntry } from "./cell-table.ts";
import type { CellProgress } from "./cell-runner.ts";
import type { NotebookSession } from "./session.ts";

/** What running cells tells as it goes. */
export interface NotebookListener {
  cellStarted(cell: string): void;
  cellFinished(result: CellResult): void;
  phase(phase: string): void;
  /** Share of the selected cells' work that is done, 0 to 1. */
  progress(fraction: number): void;
}

/** Cells that a selection names, with the needs that have not run yet, in the notebook's order. */
export function cellsToRun(selection: CellSelection, done: ReadonlySet<string>): readonly string[] {
  const all = NOTEBOOK_CELLS.map(({ id }) => id);
  switch (selection.kind) {
    case "all":
      return all;
    case "one":
      return executionOrder([notebookCell(selection.cell).id], done);
    case "from":
      return executionOrder(all.slice(all.indexOf(notebookCell(selection.cell).id)), done);
  }
}

const mutable = (record: Readonly<Record<string, unknown>>): Quantities => ({ ...record }) as Quantities;

/** Runs one cell and judges what came out. */
async function runCell(
  session: NotebookSession,
  id: string,
  order: number,
  progress: CellProgress,
): Promise<CellResult> {
  const cell = notebookCell(id);
  const context: JudgeContext = {
    allRows: session.settings.rows === 50_000,
    givenWeights: session.givenWeights !== null,
  };
  const startedAt = new Date().toISOString();
  const startedMs = performance.now();
  const { measured, details } = await cellEntry(id).run(session, progress);
  return {
    cell: id,
    title: cell.title,
    order,
    startedAt,
    ms: performance.now() - startedMs,
    expected: mutable(cell.expected),
    measured: mutable(measured),
    ...cell.judge(measured, context),
    details: {
      statistics: [],
      histograms: [],
      timings: [],
      gradients: [],
      gradientChecks: [],
      ...details,
    },
  };
}

/**
 * Runs cells one after the other; each finished cell is told at once, so that a failure or a cancellation keeps what
 * came before it.
 *
 * @throws {ExperimentCancelled} When cancelled. @throws {TaskError} When a worker fails.
 */
export async function runCells(
  session: NotebookSession,
  cells: readonly string[],
  firstOrder: number,
  listener: NotebookListener,
): Promise<void> {
  const totalCost = cells.reduce((sum, id) => sum + cellEntry(id).cost, 0);
  let doneCost = 0;
  for (const [index, id] of cells.entries()) {
    const { cost } = cellEntry(id);
    listener.cellStarted(id);
    const title = notebookCell(id).title;
    listener.phase(title);
    const result = await runCell(session, id, firstOrder + index, {
      phase: (phase) => {
        listener.phase(`${title}: ${phase}`);
      },
      progress: (fraction) => {
        listener.progress((doneCost + cost * fraction) / totalCost);
      },
    });
    doneCost += cost;
    listener.progress(doneCost / totalCost);
    listener.cellFinished(result);
  }
}
