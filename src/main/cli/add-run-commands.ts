import { Argument, Option, type Command } from "commander";
import * as v from "valibot";
import { compareRequestSchema } from "../../shared/runs/run-comparison.ts";
import type { ExportKind } from "../../shared/runs/run-exports.ts";
import { runCompareCommand } from "./compare-command.ts";
import { EXPORTED, runExportCommand, type ExportOptions } from "./export-command.ts";
import {
  EXPORTED_TRAININGS,
  isTrainingExport,
  runExportTrainingCommand,
  type ExportTrainingOptions,
} from "./export-training-command.ts";
import { runImportCommand, type ImportOptions } from "./import-command.ts";
import { inLab, inSavedRuns, type CommandHost, type CommonOptions } from "./in-lab.ts";
import { DATABASE, FORCE, list } from "./options.ts";
import { runRunsCommand } from "./runs-command.ts";
import { runShowCommand } from "./show-command.ts";
import { runTrashCommand, type TrashOptions } from "./trash-command.ts";

/** Commands for runs that are saved: list, show, compare, export, import, delete. */
export function addRunCommands(program: Command, host: CommandHost): void {
  program
    .command("runs")
    .description("list the saved runs, newest first")
    .argument("[query...]", 'which, for example kind:train "lr>0.01" tag:keep; docs/runs.md says all of it')
    .option("--archived", "archived ones too")
    .option("--json", "print JSON instead of a table")
    .option(...DATABASE)
    .action(async (query: string[], options: CommonOptions & { archived?: true }) => {
      await inSavedRuns(host, options, (saved) => runRunsCommand(saved, query.join(" "), options));
    });

  program
    .command("show")
    .description("show everything of one run, and how to do it again")
    .argument("<run>", `run, as \`${program.name()} runs\` names it`)
    .option("--json", "print JSON instead of tables")
    .option(...DATABASE)
    .action(async (run: string, options: CommonOptions) => {
      await inSavedRuns(host, options, (saved) => runShowCommand(saved, run, options));
    });

  program
    .command("compare")
    .description("compare 2 to 20 runs: settings, results, metrics, times, gradient checks")
    .argument("<runs...>", "runs; the others are compared with the first")
    .option("--json", "print JSON instead of tables")
    .option(...DATABASE)
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
    .option(...FORCE)
    .option(...DATABASE)
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
    .option(...FORCE)
    .option("--json", "print JSON instead of text")
    .option(...DATABASE)
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
    .option(...DATABASE)
    .action(async (options: TrashOptions & CommonOptions) => {
      const changes = options.delete ?? options.restore ?? options.empty;
      if (changes === undefined) await inSavedRuns(host, options, (saved) => runTrashCommand(saved, options));
      else await inLab(host, { ...options, threads: 0 }, (lab) => runTrashCommand(lab, options));
    });
}
