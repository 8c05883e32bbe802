import type { ReferenceModel, RowBlock, WorkerTask } from "../../../shared/worker-tasks.ts";
import { runTasks } from "../programs.ts";
import type { NotebookSession, StageGradients } from "./session.ts";

/** Rows a worker takes at a time: about a third of a second of float64 arithmetic. */
const BLOCK_ROWS = 2_000;

/** The rows of the training set in blocks; every block is part of a loss averaged over all of them. */
export function rowBlocks(rows: number): RowBlock[] {
  const blocks: RowBlock[] = [];
  for (let begin = 0; begin < rows; begin += BLOCK_ROWS) {
    blocks.push({ begin, end: Math.min(rows, begin + BLOCK_ROWS), meanOver: rows });
  }
  return blocks;
}

export const referenceModelOf = ({ weights, shift }: StageGradients): ReferenceModel => ({
  ...weights,
  shift,
});

/** Runs tasks on the session's workers and gives their answers in order. @throws {ExperimentCancelled} @throws {TaskError} */
export const runBlocks = <Answer>(
  { engine, settings }: NotebookSession,
  tasks: readonly ((worker: number) => WorkerTask)[],
  onProgress: (fraction: number) => void,
): Promise<readonly Answer[]> =>
  runTasks(engine, tasks, {
    threads: settings.threads,
    onProgress: (done) => {
      onProgress(done / tasks.length);
    },
  });
