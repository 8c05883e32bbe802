import { dirname, join, resolve } from "node:path";
import { counted } from "../../core/counted.ts";
import { ContractError } from "../../core/errors.ts";
import { replaceFile } from "../data/replace-file.ts";
import { requireTarget } from "../store/open/output-target.ts";
import type { ExportedTraining } from "../lab/exchange/export-training.ts";
import { NOTEBOOK_HELPER, notebookHelper } from "../lab/exchange/notebook-helper.ts";
import type { Lab } from "../lab/lab.ts";
import { readDocumentFile } from "../lab/documents/read-document-file.ts";
import { COMMAND_NAME } from "../place/command-name.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { complain, warn } from "./print.ts";
import { quoted } from "../place/shell-word.ts";
import { readTrainingJson, trainingIn } from "./read-spec.ts";
import { requireNoFiles } from "./require-no-files.ts";
import { givenWeights } from "./train-command.ts";
import { UsageError } from "./usage-error.ts";

/** What `lab export` makes of one training. */
export const EXPORTED_TRAININGS = ["pytorch", "onnx"] as const;
type TrainingExport = (typeof EXPORTED_TRAININGS)[number];
export const isTrainingExport = (what: string): what is TrainingExport =>
  EXPORTED_TRAININGS.some((one) => one === what);

export interface ExportTrainingOptions {
  readonly out: string;
  readonly data: boolean;
  readonly normalise?: true;
  readonly softmax?: true;
  readonly force?: true;
}

/** A run by its id, or the training that a spec says. @throws {ContractError} @throws {DataFormatError} */
async function trainingOf(lab: Lab, source: string): Promise<ExportedTraining> {
  if (!source.toLowerCase().endsWith(".json")) return { runId: source };
  const spec = trainingIn(lab, await readTrainingJson(source));
  return { spec, given: await givenWeights(spec, source) };
}

/** Writes a notebook's cells in Python, as a .py or .ipynb, with `lab_notebook.py` beside it. */
async function exportNotebook(
  source: string,
  path: string,
  { overwrite, pythonDir }: { readonly overwrite: boolean; readonly pythonDir: string },
): Promise<ExitCode> {
  const jupyter = path.toLowerCase().endsWith(".ipynb");
  if (!jupyter && !path.toLowerCase().endsWith(".py")) {
    throw new UsageError(`${path}: a notebook in Python ends with .py or .ipynb; give --out such a name`);
  }
  const { document, notices } = await readDocumentFile(source);
  for (const notice of notices) warn(notice);
  const { pythonFile, pythonIpynb } = await import("../../sandbox/python/python-notebook.ts");
  const { text, problems } = jupyter ? pythonIpynb(document) : pythonFile(document);
  requireTarget(path, { database: null, overwrite });
  const mayReplace = (): Promise<boolean> => Promise.resolve(overwrite);
  const writeHelper = await notebookHelper(path, { pythonDir, mayReplace });
  if (writeHelper === null) {
    throw new ContractError(
      `The notebook needs its ${NOTEBOOK_HELPER} beside it, and ${join(dirname(path), NOTEBOOK_HELPER)} is another file. ` +
        "Choose another folder, move that file away, or replace it with --force",
    );
  }
  await replaceFile(path, (handle) => handle.writeFile(text), { overwrite });
  await writeHelper();
  for (const problem of problems) warn(`not in Python: ${problem}`);
  complain(`${counted(document.cells.length, "cell")}: ${path}, with ${NOTEBOOK_HELPER} beside it`);
  return EXIT.ok;
}

/** Writes a training as a folder for PyTorch, or a network as ONNX. */
export async function runExportTrainingCommand(
  lab: Lab,
  what: TrainingExport,
  source: string | undefined,
  options: ExportTrainingOptions,
): Promise<ExitCode> {
  if (source === undefined) {
    throw new UsageError(
      `export ${what}: say of what: a run as "${COMMAND_NAME} runs" names it, or a training spec (.json)`,
    );
  }
  if (options.out === "-") {
    throw new UsageError(
      `export ${what}: give --out ${what === "onnx" ? "FILE.onnx" : "FOLDER"}; standard output cannot take it`,
    );
  }
  const path = resolve(options.out);
  const overwrite = options.force === true;
  if (what === "pytorch" && /\.(ts|ipynb)$/i.test(source)) {
    return exportNotebook(source, path, { overwrite, pythonDir: lab.exchange.pythonDir });
  }
  const training = await trainingOf(lab, source);
  if (what === "onnx") {
    await lab.exchange.exportOnnx(
      training,
      { path, overwrite },
      { normalise: options.normalise === true, softmax: options.softmax === true },
    );
    complain(`ONNX: ${path}`);
    return EXIT.ok;
  }
  if (!overwrite) await requireNoFiles(path);
  const files = await lab.exchange.exportPyTorch(training, { path, overwrite }, { withData: options.data });
  complain(`${counted(files, "file")}: ${path}\nRun it: python3 ${quoted(`${path}/train.py`)}`);
  return EXIT.ok;
}
