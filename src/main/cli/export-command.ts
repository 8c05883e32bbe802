import { resolve } from "node:path";
import { EXPORT_KINDS, EXPORTS, type ExportKind } from "../../shared/runs/run-exports.ts";
import { counted } from "../../core/counted.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { complain } from "./print.ts";
import { requireNoFiles } from "./require-no-files.ts";
import { UsageError } from "./usage-error.ts";

/** What `lab export` writes: what any run may have. */
export const EXPORTED = EXPORT_KINDS.filter((kind) => EXPORTS[kind].of === null);

export interface ExportOptions {
  readonly runs: string;
  /** A file, or "-" for standard output. */
  readonly out: string;
  readonly weights?: true;
  readonly force?: true;
}

/** Writes runs to a file or to standard output. */
export async function runExportCommand(
  lab: Pick<Lab, "runs">,
  what: ExportKind,
  options: ExportOptions,
): Promise<ExitCode> {
  const runIds = await lab.runs.find(options.runs, "all");
  const request = { what, runIds, weights: options.weights === true };
  if (options.out === "-") {
    if (EXPORTS[what].extension === "folder") {
      throw new UsageError(
        `${what} is a folder of files, which standard output cannot take: give --out FOLDER`,
      );
    }
    const bytes = await lab.runs.exportText(request);
    // What a pipe does not take at once is drained before the process ends.
    process.stdout.write(bytes);
    return EXIT.ok;
  }
  const path = resolve(options.out);
  if (EXPORTS[what].extension === "folder" && options.force !== true) await requireNoFiles(path);
  const count = await lab.runs.export({ ...request, path, overwrite: options.force === true });
  const said =
    what === "bundle" || what === "database" || what === "tensorboard"
      ? counted(count, "run")
      : `${counted(count, "row")} of ${counted(runIds.length, "run")}`;
  complain(`${said}: ${path}`);
  return EXIT.ok;
}
