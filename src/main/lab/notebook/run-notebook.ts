import type { JudgeContext, Judgement } from "../../../core/notebook/judge.ts";
import { executionOrder, notebookCell, NOTEBOOK_CELLS } from "../../../core/notebook/notebook-cells.ts";
import type { CellSelection } from "../../../shared/experiments/notebook.ts";
import type { CellResult, Quantities } from "../../../shared/runs/run-records.ts";
import { cellEntry } from "./cell-table.ts";
import type { NotebookSession } from "./session.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";

/** What running cells tells as it goes. */
export interface NotebookListener {
  cellStarted(cell: string): void;
  cellFinished(result: CellResult): void;
}

/** How cells are run: what the first one is counted as, and who hears of them. */
export interface CellRun {
  readonly firstOrder: number;
  readonly activity: ActivityHandle;
  readonly listener: NotebookListener;
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

/** A cell that ends with NaN or infinity has failed, whatever else is judged of it. */
function judgeFinite(measured: Quantities, judgement: Judgement): Judgement {
  const broken = Object.entries(measured).find(([, value]) =>
    [value].flat().some((one) => typeof one === "number" && !Number.isFinite(one)),
  );
  if (broken === undefined) return judgement;
  return { verdict: "failed", reason: `${broken[0]} is NaN or infinite; ${judgement.reason}` };
}

/** Runs one cell and judges what came out. */
async function runCell(
  session: NotebookSession,
  id: string,
  order: number,
  activity: ActivityHandle,
): Promise<CellResult> {
  const cell = notebookCell(id);
  const context: JudgeContext = {
    allRows: session.settings.rows === 50_000,
    givenWeights: session.givenWeights !== null,
  };
  const startedAt = new Date().toISOString();
  const startedMs = performance.now();
  const { measured, details } = await cellEntry(id).run(session, activity);
  return {
    cell: id,
    title: cell.title,
    order,
    startedAt,
    ms: performance.now() - startedMs,
    expected: mutable(cell.expected),
    measured: mutable(measured),
    ...judgeFinite(mutable(measured), cell.judge(measured, context)),
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
  { firstOrder, activity, listener }: CellRun,
): Promise<void> {
  const totalCost = cells.reduce((sum, id) => sum + cellEntry(id).cost, 0);
  let doneCost = 0;
  for (const [index, id] of cells.entries()) {
    activity.checkpoint();
    listener.cellStarted(id);
    const title = notebookCell(id).title;
    activity.phase(title);
    const from = doneCost / totalCost;
    doneCost += cellEntry(id).cost;
    const to = doneCost / totalCost;
    const result = await runCell(session, id, firstOrder + index, activity.part({ from, to, title }));
    activity.progress(to);
    listener.cellFinished(result);
  }
}
