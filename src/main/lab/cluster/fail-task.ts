import { existsSync } from "node:fs";
import { indicesOf } from "./array-tasks.ts";
import type { Failure } from "./sweep-files.ts";
import { indexName, Publisher } from "./sweep-folder.ts";
import type { TaskHost } from "./sweep-task.ts";

/**
 * Says of every training of a task that is not done why: on this node the lab could not even be opened, and a log of a
 * thousand tasks is not where a person looks first.
 *
 * @throws {ContractError} If there is no such task.
 */
export async function failTask(
  { folder, task, attempt, node }: Pick<TaskHost, "folder" | "task" | "attempt" | "node">,
  reason: string,
): Promise<void> {
  const { chunk, trainings } = folder.order();
  const publisher = new Publisher(attempt);
  const failure: Failure = { reason, final: false, attempt, node, at: new Date().toISOString() };
  for (const index of indicesOf(task, chunk, trainings)) {
    if (existsSync(folder.bundle("done", index))) continue;
    await publisher.json(failure, folder.at("failed", `${indexName(index)}.json`));
  }
}
