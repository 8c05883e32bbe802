import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import * as v from "valibot";
import { SEEDED_BUG_NAMES } from "../../core/network/seeded-bug.ts";
import { GRADIENT_REFERENCES } from "../../shared/experiments/gradcheck.ts";
import type { LadderPreset } from "../../shared/experiments/ladder.ts";
import { INSTRUCTION_SETS, type InstructionSet } from "../../shared/engine/instruction-sets.ts";
import { INITIALISATIONS } from "../../shared/specs/layer-spec.ts";
import { NOTEBOOK_DEFAULTS } from "../../shared/experiments/notebook-defaults.ts";
import { compareRequestSchema } from "../../shared/runs/run-comparison.ts";
import { availableThreads } from "../engine/available-threads.ts";
import { toWireError } from "../../shared/ipc/wire-error.ts";
import { benchSpec, runBenchCommand, type BenchCommandOptions } from "./bench-command.ts";
import { runConvertCommand, type ConvertOptions } from "./convert-command.ts";
import { runCompareLaddersCommand } from "./compare-ladders-command.ts";
import { runDoctorCommand, type DoctorOptions } from "./doctor-command.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { gradcheckWanted, runGradcheckCommand, type GradcheckOptions } from "./gradcheck-command.ts";
import { initSettings, runInitCommand, type InitOptions } from "./init-command.ts";
import { ladderSettings, runLadderCommand, type LadderOptions } from "./ladder-command.ts";
import { addLessonCommands } from "./lesson-commands.ts";
import { runNotebookCommand, type NotebookOptions } from "./notebook-command.ts";
import { complain } from "./print.ts";
import { runShowCommand } from "./show-command.ts";
import { runCompareCommand } from "./compare-command.ts";
import type { ExportKind } from "../../shared/runs/run-exports.ts";
import { EXPORTED, runExportCommand, type ExportOptions } from "./export-command.ts";
import {
  EXPORTED_TRAININGS,
  isTrainingExport,
  runExportTrainingCommand,
  type ExportTrainingOptions,
} from "./export-training-command.ts";
import { runImportCommand, type ImportOptions } from "./import-command.ts";
import { runTrashCommand, type TrashOptions } from "./trash-command.ts";
import { parseLimit, runRunCommand, savesRun, type RunOptions } from "./run-command.ts";
import { readDocumentFile } from "../lab/documents/read-document-file.ts";
import { runRunsCommand } from "./runs-command.ts";
import { runTrainCommand, trainingWanted, type TrainOptions } from "./train-command.ts";
import { MOST_THREADS } from "../../shared/specs/threads.ts";
import { runTuneCommand } from "./tune-command.ts";
import { addDataCommands } from "./add-data-commands.ts";
import { addInstallCommands } from "./install-commands.ts";
import { addSweepCommands } from "./add-sweep-commands.ts";
import { inLab, inSavedRuns, reading, type CommandHost, type CommonOptions } from "./in-lab.ts";
import { list, wholeNumber } from "./option-values.ts";

/** Given by name; a shape of one's own is given by its sizes. */
const PRESETS: readonly LadderPreset[] = ["notebook", "lesson", "layer", "square"];

/** Said before any thread is started: a thousand of them would look like a damaged installation. */
function threadCount(text: string): number {
  const value = wholeNumber(1)(text);
  if (value > MOST_THREADS) {
    throw new InvalidArgumentError(
      `expected at most ${MOST_THREADS} threads; ${availableThreads()} cores can be used here.`,
    );
  }
  return value;
}
const DEFAULT_THREADS = availableThreads();

/** The training images there are. */
function trainingRows(text: string): number {
  const value = wholeNumber(1)(text);
  if (value > NOTEBOOK_DEFAULTS.rows) {
    throw new InvalidArgumentError(
      `expected at most ${NOTEBOOK_DEFAULTS.rows.toLocaleString("en")}, the training images there are.`,
    );
  }
  return value;
}

function gradientsNotSaved(): never {
  throw new InvalidArgumentError(
    "the notebook is a document now and writes no files. Have a cell print or show the gradients: lab run FILE.lab.ts.",
  );
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("expected a number of seconds above 0.");
  return value;
}

/** A length of time: 60s, 500ms, 2m, or seconds. */
function duration(text: string): number {
  const ms = parseLimit(text);
  if (ms === null)
    throw new InvalidArgumentError("expected a length of time above 0, such as 60s, 500ms or 2m.");
  return ms;
}

interface ComputingOptions extends CommonOptions {
  readonly kernels?: InstructionSet;
}

/** The whole tree of commands. */
export function buildProgram(host: CommandHost): Command {
  const name = host.place.packagedIn === null ? "lab" : "backprop-lab";
  const program = new Command(name)
    .description("Backprop Lab without a window: the same code and the same database.")
    .addHelpText(
      "after",
      "\nExit codes: 0 ok, 1 failed check, failed run or damaged database, 2 wrong usage, 128 + n ended by signal n.",
    )
    .showHelpAfterError(`(${name} --help lists the commands)`)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  const force = ["--force", "replace files that are there already"] as const;
  const database = ["--database <file>", "database to use instead of the app's"] as const;

  const kernels = (): Option =>
    new Option(
      "--kernels <set>",
      "compute with these kernels and no others (default: those chosen for this machine)",
    ).choices(INSTRUCTION_SETS);

  program
    .command("notebook")
    .description("run the notebook that comes with the app, on MNIST, and check its gradients")
    .option("--seed <n>", "seed of all random draws", wholeNumber(0), NOTEBOOK_DEFAULTS.seed)
    .option("--weights <folder>", "read notebook_w1.npy, _b1, _w2 and _b2 instead of drawing")
    .option("--rows <n>", "training rows, at most 50000", trainingRows, NOTEBOOK_DEFAULTS.rows)
    .option("--threads <n>", "worker threads", threadCount, DEFAULT_THREADS)
    .option("--samples <n>", "timed calls a pass", wholeNumber(1), NOTEBOOK_DEFAULTS.samples)
    .option(
      "--coordinates <n>",
      "central differences a tensor that prove the reference",
      wholeNumber(1),
      NOTEBOOK_DEFAULTS.coordinates,
    )
    .addOption(new Option("--save-gradients <folder>").argParser(gradientsNotSaved).hideHelp())
    .option("--json", "print JSON instead of a table")
    .option(...database)
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
    .option(...force)
    .option("--json", "print JSON instead of text")
    .option(...database)
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
    .option(...force)
    .action(async (from: string, to: string, options: ConvertOptions) => {
      host.setExitCode(await runConvertCommand(from, to, options));
    });

  addLessonCommands(program, (needs, command) => inLab(host, needs, command), host);

  program
    .command("ladder")
    .description("time matrix products rung by rung, each compared with float64 first")
    .addOption(new Option("--preset <name>", "shape to climb at (default: notebook)").choices(PRESETS))
    .option("--m <n>", "rows of A, instead of a preset", wholeNumber(1))
    .option("--k <n>", "columns of A and rows of B", wholeNumber(1))
    .option("--n <n>", "columns of B", wholeNumber(1))
    .option("--threads <n>", "worker threads", threadCount, DEFAULT_THREADS)
    .option("--budget <seconds>", "longest time a rung may take at a shape", seconds, 10)
    .option("--seed <n>", "seed of the matrices and of the order", wholeNumber(0), NOTEBOOK_DEFAULTS.seed)
    .option("--scaling", "time the sharded rung on 1 to all threads")
    .option("--no-pytorch", "do not look for a Python with torch")
    .option("--csv <file>", "write one row a sample")
    .option("--summary-csv <file>", "write one row a rung")
    .option(...force)
    .option("--json", "print JSON instead of a table")
    .option(...database)
    .action(async (options: LadderOptions & CommonOptions) => {
      const settings = ladderSettings(options);
      await inLab(host, options, (lab) => runLadderCommand(lab, settings, options));
    });

  program
    .command("compare-ladders")
    .description("compare two saved ladders rung by rung: how many times as long the second took")
    .argument("<first>", `run, as \`${name} runs\` names it`)
    .argument("<second>", "run to compare with it")
    .option("--json", "print JSON instead of a table")
    .option(...database)
    .action(async (first: string, second: string, options: CommonOptions) => {
      await inLab(host, reading(options), (lab) => runCompareLaddersCommand(lab, { first, second }, options));
    });

  program
    .command("init")
    .description("draw a network and show every layer's activations and gradients")
    .argument("[spec]", "JSON file with the network; without it the notebook's")
    .addOption(
      new Option("--otherwise <scheme>", "draw it a second time by this scheme").choices(
        Object.keys(INITIALISATIONS),
      ),
    )
    .option(
      "--gain <factor>",
      "factor on every layer's weights; with normal their standard deviation",
      Number,
    )
    .option("--gradients", "go backwards too")
    .option("--rows <n>", "rows of the data instead of the spec's", wholeNumber(1))
    .option("--threads <n>", "worker threads", threadCount, DEFAULT_THREADS)
    .option("--save", "keep it as a run")
    .option("--json", "print JSON instead of a table")
    .option(...database)
    .action(async (file: string | undefined, options: InitOptions & CommonOptions) => {
      const settings = await initSettings(file, options);
      await inLab(host, { ...options, readOnly: options.save !== true }, (lab) =>
        runInitCommand(lab, settings, options),
      );
    });

  program
    .command("gradcheck")
    .description("compare a network's gradients with float64, central differences, directions, TensorFlow.js")
    .argument("[spec]", "JSON file with the network; without it the notebook's")
    .option("--weights <folder>", "read w1.npy, b1.npy, w2.npy and so on instead of drawing")
    .option("--prefix <text>", "what comes before those names, for example deep_", "")
    .option("--rows <n>", "rows of the data instead of the spec's", wholeNumber(1))
    .addOption(
      new Option("--reference <name>", "what to compare with")
        .choices([...GRADIENT_REFERENCES, "all"])
        .default("float64"),
    )
    .option("--coordinates <n>", "coordinates a tensor for finite differences (default: 200)", wholeNumber(1))
    .option("--all-coordinates", "finite differences at every coordinate")
    .addOption(new Option("--bug <name>", "make a mistake on purpose").choices(SEEDED_BUG_NAMES))
    .addOption(
      new Option("--tolerance <name>", "strict, or the notebook's allclose alone")
        .choices(["strict", "notebook"])
        .default("strict"),
    )
    .option("--threads <n>", "worker threads", threadCount, DEFAULT_THREADS)
    .option("--csv <file>", "write one row a tensor and reference")
    .option(...force)
    .option("--json", "print JSON instead of a table")
    .option(...database)
    .action(async (file: string | undefined, options: GradcheckOptions & CommonOptions) => {
      const wanted = await gradcheckWanted(file, options);
      await inLab(host, options, (lab) => runGradcheckCommand(lab, wanted, options));
    });

  program
    .command("train")
    .description("train what a spec says: network, data, optimiser, schedule")
    .argument("[spec]", "JSON file; see the schema in resources/schema")
    .option("--resume <run>", "go on with a training that was cut short, exactly where it was")
    .option(
      "--again",
      "run a spec once more that has its run already; with --resume: go on under a new id where kernels or version are others",
    )
    .option("--csv <file>", "write every point of every metric")
    .option(...force)
    .option("--threads <n>", "worker threads", threadCount, DEFAULT_THREADS)
    .addOption(kernels())
    .option("--json", "print one JSON line a metric, then the summary")
    .option(...database)
    .action(async (file: string | undefined, options: TrainOptions & ComputingOptions) => {
      const wanted = await trainingWanted(file, options);
      await inLab(host, options, (lab) => runTrainCommand(lab, wanted, options));
    });

  addSweepCommands(program, host, { threads: { parse: threadCount, usual: DEFAULT_THREADS }, kernels });

  program
    .command("runs")
    .description("list the saved runs, newest first")
    .argument("[query...]", 'which, for example kind:train "lr>0.01" tag:keep; docs/runs.md says all of it')
    .option("--archived", "archived ones too")
    .option("--json", "print JSON instead of a table")
    .option(...database)
    .action(async (query: string[], options: CommonOptions & { archived?: true }) => {
      await inSavedRuns(host, options, (saved) => runRunsCommand(saved, query.join(" "), options));
    });

  program
    .command("show")
    .description("show everything of one run, and how to do it again")
    .argument("<run>", `run, as \`${name} runs\` names it`)
    .option("--json", "print JSON instead of tables")
    .option(...database)
    .action(async (run: string, options: CommonOptions) => {
      await inSavedRuns(host, options, (saved) => runShowCommand(saved, run, options));
    });

  program
    .command("compare")
    .description("compare 2 to 20 runs: settings, results, metrics, times, gradient checks")
    .argument("<runs...>", "runs; the others are compared with the first")
    .option("--json", "print JSON instead of tables")
    .option(...database)
    .action(async (runs: string[], options: CommonOptions) => {
      const { runIds } = v.parse(compareRequestSchema, { runIds: runs });
      await inSavedRuns(host, options, (saved) => runCompareCommand(saved, runIds, options));
    });

  program
    .command("export")
    .description(
      "write runs as CSV, Parquet, TensorBoard's event files, as a bundle to import elsewhere, the whole database as SQLite; " +
        "or a training as PyTorch or ONNX",
    )
    .addArgument(new Argument("<what>", "what to write").choices([...EXPORTED, ...EXPORTED_TRAININGS]))
    .argument(
      "[source]",
      "with pytorch and onnx: a run, a training spec (.json), with pytorch a notebook (.lab.ts)",
    )
    .requiredOption("--out <file>", "where to; - is standard output")
    .option("--runs <query>", "which runs (default: all that are not in the trash)", "")
    .option("--weights", "with a bundle: what trainings learned")
    .option("--no-data", "with pytorch: leave the data out")
    .option("--normalise", "with onnx: take values as the data set holds them")
    .option("--softmax", "with onnx: give probabilities")
    .option(...force)
    .option(...database)
    .action(
      async (
        what: ExportKind | (typeof EXPORTED_TRAININGS)[number],
        source: string | undefined,
        options: ExportOptions & ExportTrainingOptions & CommonOptions,
      ) => {
        if (isTrainingExport(what)) {
          await inLab(host, { ...options, threads: 0, readOnly: true, emptyIfMissing: true }, (lab) =>
            runExportTrainingCommand(lab, what, source, options),
          );
        } else await inSavedRuns(host, options, (saved) => runExportCommand(saved, what, options));
      },
    );

  program
    .command("import")
    .description(
      "add runs that are not there yet, of a bundle or of other tools; or read weights and networks",
    )
    .argument(
      "<files...>",
      "bundles, gzipped or not, or folders of them; event files of TensorBoard, MLflow's folders, JSON lines, JSON or CSV with a step each, or a folder of them; " +
        "weights as .safetensors, .npz or .onnx",
    )
    .option("--follow", "go on while the file grows, until Ctrl+C")
    .option("--step <column>", "name of the column of steps, where it is none of the usual ones")
    .option("--spec <file>", "with weights: the training spec whose network they belong to")
    .addOption(new Option("--layout <name>", "with weights: how matrices lie").choices(["torch", "keras"]))
    .option(
      "--order <list>",
      "with weights: the file's layers in the network's order, with commas between",
      list,
    )
    .option("--out <file>", "with weights: where the lab's .safetensors goes; with .onnx: a folder")
    .option("--data <name>", "with .onnx: the data set that it is for, where several fit")
    .option(...force)
    .option("--json", "print JSON instead of text")
    .option(...database)
    .action(async (files: string[], options: ImportOptions & CommonOptions) => {
      await inLab(host, { ...options, threads: 0 }, (lab) =>
        runImportCommand(lab, files, options, host.interruption),
      );
    });

  program
    .command("trash")
    .description("list the trash, put runs into it, restore them, or empty it")
    .option("--delete <query>", "put these runs into the trash")
    .option("--restore <query>", "take these runs out of it")
    .option("--empty", "delete for good what is in it, and say how much smaller the database is")
    .option("--json", "print the list as JSON")
    .option(...database)
    .action(async (options: TrashOptions & CommonOptions) => {
      const changes = options.delete ?? options.restore ?? options.empty;
      if (changes === undefined) await inSavedRuns(host, options, (saved) => runTrashCommand(saved, options));
      else await inLab(host, { ...options, threads: 0 }, (lab) => runTrashCommand(lab, options));
    });

  program
    .command("doctor")
    .description("show runtime, SQLite, CPU, threads, kernel and the state of the database")
    .option("--repair", "mend a damaged database or restore its last backup; the damaged file is kept")
    .option("--json", "print JSON instead of a table")
    .option(...database)
    .action(async (options: CommonOptions & DoctorOptions) => {
      const needs = { ...options, readOnly: options.repair !== true, emptyIfMissing: true };
      await inLab(host, needs, (lab) => runDoctorCommand(lab, options));
    });

  program
    .command("bench")
    .description(
      "time a training step on this machine, and with --profile say where its time goes; leaves no run",
    )
    .argument("[spec]", "JSON file with the training; without it the classifier 784-50-10")
    .option("--profile", "time by op and worker, and what waits at barriers")
    .option("--threads <n>", "worker threads", threadCount, DEFAULT_THREADS)
    .option("--json", "print JSON instead of tables")
    .option(...database)
    .action(async (file: string | undefined, options: BenchCommandOptions & CommonOptions) => {
      const spec = await benchSpec(file);
      await inLab(host, { ...options, readOnly: true, emptyIfMissing: true }, (lab) =>
        runBenchCommand(lab, spec, options),
      );
    });

  program
    .command("tune")
    .description("test and time the kernels again, keep the result, show it with this CPU's peak")
    .option("--json", "print JSON instead of a table")
    .option(...database)
    .action(async (options: CommonOptions) => {
      await inLab(host, { ...options, threads: 1 }, (lab) => runTuneCommand(lab, options));
    });
  addDataCommands(program, host);
  addInstallCommands(program, host);
  return program;
}

/**
 * Runs `lab …`; errors go to stderr in words.
 *
 * @param argv As a script gets it: two entries, then the arguments.
 * @param host `interruption` asks for an early end: what was computed is kept and shown.
 * @returns the exit code.
 */
export async function runCommandLine(
  argv: readonly string[],
  host: Omit<CommandHost, "setExitCode">,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const setExitCode = (code: ExitCode): void => {
    exitCode = code;
  };
  try {
    await buildProgram({ ...host, setExitCode }).parseAsync(argv);
    return exitCode;
  } catch (error) {
    // Commander has printed its own message already; help and version end with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.wrongUsage;
    complain(`lab: ${toWireError(error).message}`);
    return error instanceof v.ValiError ? EXIT.wrongUsage : EXIT.failedCheck;
  }
}
