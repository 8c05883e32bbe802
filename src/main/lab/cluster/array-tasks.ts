import { ContractError } from "../../../core/errors.ts";

/** A task that ends sooner spends much of its time on being started. */
const SHORTEST_TASK_MS = 600_000;
/** Drawing a network, the first evaluation, writing a bundle: what a training takes beside its steps. */
const BESIDE_STEPS_MS = 500;
/** Slurm's own default of MaxArraySize: indices go up to one less. */
export const USUAL_MAX_ARRAY_SIZE = 1_001;

/** Trainings a task, so that there are fewer tasks than Slurm takes in an array and none ends at once. */
export function chooseChunk(trainings: number, expectedMs: number, maxArraySize: number): number {
  const fewEnough = Math.ceil(trainings / Math.max(1, maxArraySize - 1));
  const longEnough = Math.ceil(SHORTEST_TASK_MS / (BESIDE_STEPS_MS + expectedMs));
  return Math.max(1, Math.min(trainings, Math.max(fewEnough, longEnough)));
}

export const tasksOf = (trainings: number, chunk: number): number => Math.ceil(trainings / chunk);
export const taskOf = (index: number, chunk: number): number => Math.floor(index / chunk);

/** The trainings of a task, by index. @throws {ContractError} If there is no such task. */
export function indicesOf(task: number, chunk: number, trainings: number): readonly number[] {
  const from = task * chunk;
  if (!Number.isSafeInteger(task) || from < 0 || from >= trainings) {
    throw new ContractError(
      `There is no task ${task}: ${trainings} trainings of ${chunk} a task make tasks 0 to ${tasksOf(trainings, chunk) - 1}`,
    );
  }
  return Array.from({ length: Math.min(chunk, trainings - from) }, (_, i) => from + i);
}

/** "0-3,7%50": tasks as sbatch takes them, `limit` of them at once. @param tasks In rising order. */
export function arrayExpression(tasks: readonly number[], limit: number | undefined): string {
  const ranges: [number, number][] = [];
  for (const task of tasks) {
    const last = ranges.at(-1);
    if (last?.[1] === task - 1) last[1] = task;
    else ranges.push([task, task]);
  }
  const text = ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
  return limit === undefined ? text : `${text}%${limit}`;
}
