import { resolve } from "node:path";
import { EXPORT_KINDS, EXPORTS, type ExportKind } from "../../shared/runs/run-exports.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { complain, print } from "./print.ts";

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
  lab: Lab,
  what: ExportKind,
  options: ExportOptions,
): Promise<ExitCode> {
  const runIds = await lab.runs.find(options.runs, "all");
  const request = { what, runIds, weights: options.weights === true };
  if (options.out === "-") {
    const bytes = await lab.runs.exportText(request);
    // What a pipe does not take at once is drained before the process ends.
    process.stdout.write(bytes);
    return EXIT.ok;
  }
  const path = resolve(options.out);
  const count = await lab.runs.export({ ...request, path, overwrite: options.force === true });
  const said =
    what === "bundle" || what === "database" ? `${count} runs` : `${count} rows of ${runIds.length} runs`;
  complain(`${said}: ${path}`);
  return EXIT.ok;
}

/** Adds the runs of a bundle. */
export async function runImportCommand(lab: Lab, file: string): Promise<ExitCode> {
  const { added, skipped } = await lab.runs.import(resolve(file));
  print(`${added.length} runs added, ${skipped.length} were there already\n`);
  for (const id of added) print(`${id}\n`);
  return EXIT.ok;
}
