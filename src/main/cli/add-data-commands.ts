import { InvalidArgumentError, Option, type Command } from "commander";
import * as v from "valibot";
import { inLab, reading, type CommandHost, type CommonOptions } from "./in-lab.ts";
import { DATABASE, list, wholeNumber } from "./options.ts";
import { dialectSchema, importPlanSchema } from "../../shared/experiments/data-import.ts";
import { normalisationSchema } from "../../shared/experiments/dataset.ts";
import { NAMED_WEIGHTS, weightsChoiceSchema, type WeightsChoice } from "../../shared/experiments/learned.ts";
import {
  runDataExportCommand,
  runDataImportCommand,
  runDataListCommand,
  runDataRemoveCommand,
  runDataRestoreCommand,
  runDataShowCommand,
  runPredictCommand,
  runTestCommand,
  type DataImportOptions,
  type PredictOptions,
} from "./data-commands.ts";

const share = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0 && value <= 0.9)) throw new InvalidArgumentError("expected a share from 0 to 0.9.");
  return value;
};

/** 28x28 or 32x32x3. */
const layout = (text: string): readonly number[] => {
  if (!/^\d+x\d+(x[1-4])?$/.test(text))
    throw new InvalidArgumentError("expected height and width, and channels if any: 28x28, 32x32x3.");
  return text.split("x").map(Number);
};

function weightsChoice(text: string): WeightsChoice {
  const parsed = v.safeParse(weightsChoiceSchema, text);
  if (parsed.success) return parsed.output;
  throw new InvalidArgumentError(`${parsed.issues[0].message}.`);
}

const separatorOf = (text: string): string =>
  ({ tab: "\t", comma: ",", semicolon: ";", bar: "|", blank: " " })[text] ?? text;

/** `lab data …`, `lab predict` and `lab test`. */
export function addDataCommands(program: Command, host: CommandHost): void {
  const weights = new Option("--weights <which>", "weights of the run, or kept-STEP: those kept on its way")
    .choices(NAMED_WEIGHTS)
    .argParser(weightsChoice)
    .default("final");
  const data = program.command("data").description("import, list, show, export and remove data sets");
  data
    .command("import")
    .description(
      "import tables (CSV, TSV, Parquet), arrays (IDX, .npy, .npz) or folders of images, as the window does",
    )
    .argument("<files...>", "files or folders of one data set")
    .option("--title <title>", "what it is called (default: the file's name)")
    .option("--label <columns>", "columns to predict: names, or places from 1 on, from the end −1", list)
    .addOption(
      new Option("--target <kind>", "what is predicted").choices(importPlanSchema.entries.target.options),
    )
    .option("--ignore <columns>", "columns to leave out", list)
    .option("--category <columns>", "columns that are categories", list)
    .option("--number <columns>", "columns that are numbers", list)
    .addOption(new Option("--split <by>", "how rows are split").choices(["seed", "order", "files"]))
    .option("--split-column <column>", "a column that says train, valid or test")
    .option("--seed <n>", "seed of the split", wholeNumber(0))
    .option("--valid <share>", "share of validation rows", share)
    .option("--test <share>", "share of test rows", share)
    .addOption(
      new Option(
        "--missing <what>",
        "what is done with missing values; drop leaves broken images out",
      ).choices(importPlanSchema.entries.missing.options),
    )
    .addOption(
      new Option("--normalise <how>", "fitted on the training rows").choices(normalisationSchema.options),
    )
    .option("--layout <HxWxC>", "rows are images of this size", layout)
    .addOption(
      new Option("--separator <mark>", "what parts the values: comma, semicolon, tab, bar, blank").argParser(
        separatorOf,
      ),
    )
    .option("--decimal-comma", "0,5 is a half")
    .option("--header", "the first line names the columns")
    .option("--no-header", "the first line holds values")
    .option("--skip-lines <n>", "lines before the table, such as comments", wholeNumber(0))
    .addOption(new Option("--encoding <name>", "of the text").choices(dialectSchema.entries.encoding.options))
    .option("--dry-run", "say how the files are understood, and import nothing")
    .option("--json", "print JSON instead of tables")
    .option(...DATABASE)
    .action(async (files: string[], options: DataImportOptions & CommonOptions) => {
      const separator = v.parse(v.optional(dialectSchema.entries.separator), options.separator);
      await inLab(host, { ...options, threads: 0 }, (lab) =>
        runDataImportCommand(lab, files, { ...options, ...(separator === undefined ? {} : { separator }) }),
      );
    });
  data
    .command("list")
    .description("list the data sets that a training's data.name may say")
    .option("--json", "print JSON instead of a table")
    .option(...DATABASE)
    .action((options: CommonOptions) =>
      inLab(host, reading(options), (lab) => runDataListCommand(lab, options)),
    );
  data
    .command("show")
    .description("show a data set: classes, features, where it is used")
    .argument("<name>", "data set: its name in specs, or its title")
    .option("--json", "print JSON instead of tables")
    .option(...DATABASE)
    .action((name: string, options: CommonOptions) =>
      inLab(host, reading(options), (lab) => runDataShowCommand(lab, name, options)),
    );
  data
    .command("export")
    .description("write all rows of a data set, with their splits, as CSV, Parquet or NumPy arrays")
    .argument("<name>", "data set: its name in specs, or its title")
    .requiredOption("--out <file>", "where to; its ending, .csv, .parquet or .npz, says the format")
    .option("--force", "replace a file that is there already")
    .option(...DATABASE)
    .action((name: string, options: { out: string; force?: true } & CommonOptions) =>
      inLab(host, reading(options), (lab) => runDataExportCommand(lab, name, options)),
    );
  data
    .command("remove")
    .description("remove a data set; it can be restored for some days")
    .argument("<name>", "data set: its name in specs, or its title")
    .option(...DATABASE)
    .action((name: string, options: CommonOptions) =>
      inLab(host, { ...options, threads: 0 }, (lab) => runDataRemoveCommand(lab, name)),
    );
  data
    .command("restore")
    .description("bring a removed data set back")
    .argument("<id>", "data set")
    .option(...DATABASE)
    .action((id: string, options: CommonOptions) =>
      inLab(host, { ...options, threads: 0 }, (lab) => runDataRestoreCommand(lab, id)),
    );
  program
    .command("predict")
    .description(
      "predict the rows of a file or the images of a folder, read as the training's data was, and write them as CSV",
    )
    .argument("<run>", "training")
    .requiredOption("--data <file>", "table, arrays, an image or a folder of images")
    .requiredOption("--out <file>", "where to")
    .addOption(weights)
    .option("--force", "replace a file that is there already")
    .option(...DATABASE)
    .action((run: string, options: PredictOptions & CommonOptions) =>
      inLab(host, { ...options, threads: 1, readOnly: true }, (lab) => runPredictCommand(lab, run, options)),
    );
  program
    .command("test")
    .description("score a training on the test rows of its data; each look is counted")
    .argument("<run>", "training")
    .addOption(weights)
    .option("--json", "print JSON instead of text")
    .option(...DATABASE)
    .action((run: string, options: { weights: WeightsChoice } & CommonOptions) =>
      inLab(host, { ...options, threads: 1 }, (lab) => runTestCommand(lab, run, options)),
    );
}
