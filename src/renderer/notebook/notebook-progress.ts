import type { CellDescription, CellSelection, NotebookState } from "../../shared/experiments/notebook.ts";
import type { CellResult, RunSummary } from "../../shared/runs/run-records.ts";
import type { NotebookProgress } from "../store/lab-state.ts";

/** What main says after a reload: results so far and the cell that runs. */
export function reattached(state: NotebookState, now: number): NotebookProgress {
  return {
    runId: state.runId,
    results: new Map(state.results.map((result) => [result.cell, result])),
    running: state.runningCell === null ? null : { cell: state.runningCell, since: now },
    queued: [],
    stopped: null,
  };
}

/** What an earlier start of the app has recorded, as long as this one has nothing of its own. */
export function restored(
  progress: NotebookProgress,
  runId: string,
  results: readonly CellResult[],
): NotebookProgress {
  if (progress.runId !== null) return progress;
  return { ...progress, runId, results: new Map(results.map((result) => [result.cell, result])) };
}

/** Results belong to one run: a new one starts without any. */
function inRun(progress: NotebookProgress, runId: string): NotebookProgress {
  if (progress.runId === runId) return progress;
  return { runId, results: new Map(), running: null, queued: progress.queued, stopped: null };
}

/** A run was accepted: every cell that will be executed waits, except one that has already begun. */
export function requested(
  progress: NotebookProgress,
  cells: readonly CellDescription[],
  selection: CellSelection,
  runId: string,
): NotebookProgress {
  const current = inRun(progress, runId);
  const begun = new Set<string>(current.running === null ? [] : [current.running.cell]);
  // Events may overtake the answer: what this run has finished by now does not wait any more.
  if (selection.kind === "all") for (const cell of current.results.keys()) begun.add(cell);
  const wanted = wantedCells(cells, selection, current.results);
  return { ...current, stopped: null, queued: wanted.filter((id) => !begun.has(id)) };
}

/** The cells of a selection with the missing ones that they need, in the notebook's order. */
function wantedCells(
  cells: readonly CellDescription[],
  selection: CellSelection,
  results: ReadonlyMap<string, CellResult>,
): readonly string[] {
  const ids = cells.map(({ id }) => id);
  if (selection.kind === "all") return ids;
  const chosen = new Set(
    selection.kind === "one" ? [selection.cell] : ids.slice(Math.max(0, ids.indexOf(selection.cell))),
  );
  const needsOf = new Map(cells.map(({ id, needs }) => [id, needs]));
  // A set may grow while it is walked: needs of needs are found on the way.
  for (const id of chosen) {
    for (const need of needsOf.get(id) ?? []) if (!results.has(need)) chosen.add(need);
  }
  return ids.filter((id) => chosen.has(id));
}

export function started(
  progress: NotebookProgress,
  runId: string,
  cell: string,
  now: number,
): NotebookProgress {
  const current = inRun(progress, runId);
  return {
    ...current,
    running: { cell, since: now },
    queued: current.queued.filter((id) => id !== cell),
    stopped: null,
  };
}

export function finished(progress: NotebookProgress, runId: string, result: CellResult): NotebookProgress {
  const current = inRun(progress, runId);
  return {
    ...current,
    results: new Map(current.results).set(result.cell, result),
    running: current.running?.cell === result.cell ? null : current.running,
    queued: current.queued.filter((id) => id !== result.cell),
  };
}

/** The run is over: nothing waits, and the cell that was on says why it stopped. */
export function ended(progress: NotebookProgress, run: RunSummary): NotebookProgress {
  if (run.id !== progress.runId || run.status === "running") return progress;
  const at = progress.running?.cell;
  const reason = run.failure ?? (run.status === "cancelled" ? "cancelled before it was done" : "");
  return {
    ...progress,
    running: null,
    queued: [],
    stopped: at === undefined || reason === "" ? progress.stopped : { cell: at, reason },
  };
}

/** No activity: whatever was thought to be on is not. */
export function idle(progress: NotebookProgress): NotebookProgress {
  if (progress.running === null && progress.queued.length === 0) return progress;
  return { ...progress, running: null, queued: [] };
}
