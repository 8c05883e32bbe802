import { TRASH_DAYS } from "../../shared/run-changes.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { textTable } from "./text-table.ts";

export interface TrashOptions {
  /** Puts the runs of a query into the trash. */
  readonly delete?: string;
  /** Takes the runs of a query out of it. */
  readonly restore?: string;
  readonly empty?: true;
  readonly json?: true;
}

/** Lists the trash, or changes it. */
export async function runTrashCommand(lab: Lab, options: TrashOptions): Promise<ExitCode> {
  if (options.delete !== undefined) {
    const ids = await lab.runs.find(options.delete, "all");
    if (ids.length > 0) lab.runs.change(ids, { deleted: true });
    process.stdout.write(`runs put into the trash: ${ids.length}; they stay there for ${TRASH_DAYS} days\n`);
  }
  if (options.restore !== undefined) {
    const ids = await lab.runs.find(options.restore, "trash");
    if (ids.length > 0) lab.runs.change(ids, { deleted: false });
    process.stdout.write(`runs restored: ${ids.length}\n`);
  }
  if (options.empty === true) {
    const { runs, freedBytes, sizeBytes } = await lab.runs.emptyTrash(null);
    process.stdout.write(
      `runs deleted for good: ${runs}; ${freedBytes} bytes freed, the database has ${sizeBytes} now\n`,
    );
  }
  if (options.delete !== undefined || options.restore !== undefined || options.empty === true) return EXIT.ok;
  const runs = lab.runs.listed(await lab.runs.find("", "trash"));
  if (options.json === true) process.stdout.write(`${JSON.stringify(runs, null, 2)}\n`);
  else if (runs.length === 0) process.stdout.write("The trash is empty.\n");
  else {
    const rows = runs.map(({ id, kind, deletedAt, name }) => [id, kind, deletedAt ?? "", name]);
    process.stdout.write(`${textTable(["run", "kind", "deleted (UTC)", "name"], rows)}\n`);
  }
  return EXIT.ok;
}
