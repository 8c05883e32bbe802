import { InvalidArgumentError, Option, type Command } from "commander";
import { NOTEBOOK_DEFAULTS } from "../../shared/experiments/notebook-defaults.ts";
import { MOST_THREADS } from "../../shared/specs/threads.ts";
import { readDocumentFile } from "../lab/documents/read-document-file.ts";
import { COMMAND_NAME } from "../place/command-name.ts";
import { runConvertCommand, type ConvertOptions } from "./convert-command.ts";
import { inLab, type CommandHost, type CommonOptions } from "./in-lab.ts";
import { runNotebookCommand, type NotebookOptions } from "./notebook-command.ts";
import { DATABASE, duration, FORCE, list, threadCount, USUAL_THREADS, wholeNumber } from "./options.ts";
import { runRunCommand, savesRun, type RunOptions } from "./run-command.ts";
import { grouped } from "../../core/grouped.ts";

/** The training images there are. */
function trainingRows(text: string): number {
  const value = wholeNumber(1)(text);
  if (value > NOTEBOOK_DEFAULTS.rows) {
    throw new InvalidArgumentError(
      `expected at most ${grouped(NOTEBOOK_DEFAULTS.rows)}, the training images there are.`,
    );
  }
  return value;
}

function gradientsNotSaved(): never {
  throw new InvalidArgumentError(
    `the notebook is a document now and writes no files. Have a cell print or show the gradients: ${COMMAND_NAME} run FILE.lab.ts.`,
  );
}

/** `lab notebook`, which runs the notebook that comes with the app, and `lab run` and `lab convert` for any other. */
export function addNotebookCommands(program: Command, host: CommandHost): void {
  program
    .command("notebook")
    .description("run the notebook that comes with the app, on MNIST, and check its gradients")
    .option("--seed <n>", "seed of all random draws", wholeNumber(0), NOTEBOOK_DEFAULTS.seed)
    .option("--weights <folder>", "read notebook_w1.npy, _b1, _w2 and _b2 instead of drawing")
    .option("--rows <n>", "training rows, at most 50000", trainingRows, NOTEBOOK_DEFAULTS.rows)
    .option("--threads <n>", "worker threads", threadCount, USUAL_THREADS)
    .option("--samples <n>", "timed calls a pass", wholeNumber(1), NOTEBOOK_DEFAULTS.samples)
    .option(
      "--coordinates <n>",
      "central differences a tensor that prove the reference",
      wholeNumber(1),
      NOTEBOOK_DEFAULTS.coordinates,
    )
    .addOption(new Option("--save-gradients <folder>").argParser(gradientsNotSaved).hideHelp())
    .option("--json", "print JSON instead of a table")
    .option(...DATABASE)
    .action(async (options: NotebookOptions & CommonOptions) => {
      await inLab(host, options, (lab) => runNotebookCommand(lab, options));
    });

  program
    .command("run")
    .description("run the cells of a notebook (.lab.ts or .ipynb) and show what they show")
    .argument("<file>", "notebook")
    .option("--cells <list>", "ids or names of cells, with commas between; what they need runs first", list)
    .option("--seed <n>", "seed of all random draws (default: the notebook's)", wholeNumber(0))
    .option("--threads <n>", "worker threads (default: the notebook's)", threadCount)
    .option("--rows <n>", "training rows of data() at most (default: the notebook's)", wholeNumber(1))
    .option("--limit <time>", "a cell that takes longer is stopped, for example 60s", duration)
    .option("--ipynb <file>", "write a Jupyter notebook with all outputs")
    .option("--no-save", "leave no run in the database; with --cells none is left anyway")
    .option(...FORCE)
    .option("--json", "print JSON instead of text")
    .option(...DATABASE)
    .action(async (file: string, options: RunOptions & CommonOptions) => {
      const read = await readDocumentFile(file);
      const threads = options.threads ?? Math.min(read.document.header.threads, MOST_THREADS);
      const needs = { ...options, threads, readOnly: !savesRun(options), emptyIfMissing: true };
      await inLab(host, needs, (lab) => runRunCommand(lab, read, { ...options, threads }));
    });

  program
    .command("convert")
    .description("write a .lab.ts notebook as .ipynb, or the other way round")
    .argument("<from>", "notebook to read")
    .argument("<to>", "notebook to write")
    .option(...FORCE)
    .action(async (from: string, to: string, options: ConvertOptions) => {
      host.setExitCode(await runConvertCommand(from, to, options));
    });
}
