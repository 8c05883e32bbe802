import { resolve } from "node:path";
import { counted } from "../../core/counted.ts";
import { formatOf } from "../lab/documents/import-document.ts";
import { readDocumentFile } from "../lab/documents/read-document-file.ts";
import { writeDocumentFile } from "./write-document-file.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { complain, warn } from "./print.ts";
import { UsageError } from "./usage-error.ts";

export interface ConvertOptions {
  readonly force?: true;
}

/** Writes a notebook in the other format; outputs go along from .ipynb to .ipynb only, as a .lab.ts has none. */
export async function runConvertCommand(
  from: string,
  to: string,
  options: ConvertOptions,
): Promise<ExitCode> {
  const target = resolve(to);
  if (formatOf(from) === formatOf(to)) {
    throw new UsageError("convert: both names end alike; one must end with .lab.ts, the other with .ipynb");
  }
  const { document, notices, outputs } = await readDocumentFile(from);
  for (const notice of notices) warn(notice);
  await writeDocumentFile(target, { document, outputs }, { overwrite: options.force === true });
  const lost = [...outputs.values()].flat().length;
  if (lost > 0) warn(`${counted(lost, "output")} left in ${from}; a .lab.ts holds none.`);
  complain(`${counted(document.cells.length, "cell")}: ${target}`);
  return EXIT.ok;
}
