import { parseRunQuery } from "../../shared/runs/run-query.ts";
import { formatDate } from "../../shared/format/date.ts";
import { formatBytes } from "../../shared/format/number.ts";
import { TRASH_DAYS } from "../../shared/runs/run-changes.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { print, printJson } from "./print.ts";
import { textTable } from "../report/text-table.ts";
import { UsageError } from "./usage-error.ts";

export interface TrashOptions {
  /** Puts the runs of a query into the trash. */
  readonly delete?: string;
  /** Takes the runs of a query out of it. */
  readonly restore?: string;
  readonly empty?: true;
  readonly json?: true;
}

/** Everything is found by a query that says nothing, as an unset variable of a script does. */
function requireTerms(option: string, query: string): void {
  const says = parseRunQuery(query).some(
    ({ field, values }) => field !== null || values.join("").trim() !== "",
  );
  if (says) return;
  throw new UsageError(
    `${option} "${query}" would take every run: say which, for example kind:train, a run's id, or started>2000 for all`,
  );
}

/** Lists the trash, or changes it. */
export async function runTrashCommand(lab: Pick<Lab, "runs">, options: TrashOptions): Promise<ExitCode> {
  if (options.delete !== undefined) {
    requireTerms("--delete", options.delete);
    const ids = await lab.runs.find(options.delete, "all");
    if (ids.length > 0) lab.runs.change({ runIds: ids, change: { deleted: true } });
    print(`runs put into the trash: ${ids.length}; they stay there for ${TRASH_DAYS} days\n`);
  }
  if (options.restore !== undefined) {
    requireTerms("--restore", options.restore);
    const ids = await lab.runs.find(options.restore, "trash");
    if (ids.length > 0) lab.runs.change({ runIds: ids, change: { deleted: false } });
    print(`runs restored: ${ids.length}\n`);
  }
  if (options.empty === true) {
    const { runs, freedBytes, sizeBytes } = await lab.runs.emptyTrash({ runIds: null });
    print(
      `runs deleted for good: ${runs}; ${formatBytes(freedBytes)} freed, the database has ${formatBytes(sizeBytes)} now\n`,
    );
  }
  if (options.delete !== undefined || options.restore !== undefined || options.empty === true) return EXIT.ok;
  const runs = lab.runs.listed(await lab.runs.find("", "trash"));
  if (options.json === true) printJson(runs);
  else if (runs.length === 0) print("The trash is empty.\n");
  else {
    const rows = runs.map(({ id, kind, deletedAt, name }) => [
      id,
      kind,
      deletedAt === null ? "" : formatDate(deletedAt),
      name,
    ]);
    print(`${textTable(["run", "kind", "deleted", "name"], rows)}\n`);
  }
  return EXIT.ok;
}
