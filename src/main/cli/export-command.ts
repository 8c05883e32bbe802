import { resolve } from "node:path";
import type { ExportKind } from "../../shared/run-exports.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";

/** What `lab export` writes. */
export const EXPORTED = [
  "timings",
  "metrics",
  "summary",
  "gradchecks",
  "bundle",
  "database",
] as const satisfies readonly ExportKind[];

export interface ExportOptions {
  readonly runs: string;
  /** A file, or "-" for standard output. */
  readonly out: string;
  readonly weights?: true;
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
    await new Promise<void>((written, failed) => {
      process.stdout.write(bytes, (error) => {
        if (error === undefined || error === null) written();
        else failed(error);
      });
    });
    return EXIT.ok;
  }
  const path = resolve(options.out);
  const count = await lab.runs.export({ ...request, path });
  const said =
    what === "bundle" || what === "database" ? `${count} runs` : `${count} rows of ${runIds.length} runs`;
  process.stderr.write(`${said}: ${path}\n`);
  return EXIT.ok;
}

/** Adds the runs of a bundle. */
export async function runImportCommand(lab: Lab, file: string): Promise<ExitCode> {
  const { added, skipped } = await lab.runs.import(resolve(file));
  process.stdout.write(`${added.length} runs added, ${skipped.length} were there already\n`);
  for (const id of added) process.stdout.write(`${id}\n`);
  return EXIT.ok;
}
