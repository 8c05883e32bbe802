import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { preparedOnce, type Database } from "../open/database.ts";
import { isLeavingName, leavingName, removeUnowned, renameOwners, unownedNames } from "../parted-rows.ts";
import { WITH_RUN } from "./copy-run.ts";
import { writePart } from "./write-part.ts";

/**
 * Deletes runs for good, in short transactions, so that others write in between. A run is gone all at once, but for its
 * points and samples: they go in parts, after the last of the runs, and nothing shows them. To be called until it is
 * over; whenever the process is killed, the file is sound, and the next start of the app removes what was left.
 *
 * @returns whether there is nothing left to do.
 */
export function deletePart(
  db: Database,
  {
    checkpointsFolder,
    runIds,
    lockedMs,
  }: { readonly checkpointsFolder: string; readonly runIds: readonly string[]; readonly lockedMs?: number },
): boolean {
  const statements = preparedOnce(db);
  const there = statements
    .prepare<{ id: string }>("SELECT id FROM run WHERE id IN (SELECT value FROM json_each(?))")
    .all(JSON.stringify(runIds));
  // Points outlive their run for a moment; WITH_RUN and `forget` say what a reference would have taken along.
  db.exec("PRAGMA foreign_keys = OFF");
  const steps = remove(statements, { checkpointsFolder, runIds: there.map(({ id }) => id) });
  return writePart(db, steps, lockedMs === undefined ? {} : { lockedMs });
}

function* remove(
  db: Pick<Database, "prepare">,
  { checkpointsFolder, runIds }: { readonly checkpointsFolder: string; readonly runIds: readonly string[] },
): Generator<number> {
  const deletion = randomUUID();
  for (const runId of runIds) {
    // The files first: on a full disk they make the room that the database needs to forget the run.
    rmSync(join(checkpointsFolder, runId), { recursive: true, force: true });
    forget(db, runId, leavingName(runId, deletion));
    yield 0;
  }
  yield* removeLeaving(db);
}

/** What deleted and replaced runs have left. */
export function* removeLeaving(db: Pick<Database, "prepare">): Generator<number> {
  yield* removeUnowned(db, unownedNames(db).filter(isLeavingName));
}

/** All of a run but its points and samples, which belong to `left` afterwards. */
function forget(db: Pick<Database, "prepare">, runId: string, left: string): void {
  renameOwners(db, runId, left);
  for (const { name } of WITH_RUN) db.prepare(`DELETE FROM ${name} WHERE run_id = ?`).run(runId);
  db.prepare("UPDATE document_output SET run_id = NULL WHERE run_id = ?").run(runId);
  db.prepare("DELETE FROM run WHERE id = ?").run(runId);
}
