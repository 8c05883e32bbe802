import { InvalidArgumentError, Option, type Command } from "commander";
import { SEEDED_BUG_NAMES } from "../../core/network/seeded-bug.ts";
import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";
import { GRADIENT_REFERENCES, type GradientReference } from "../../shared/experiments/gradcheck.ts";
import type { LadderPreset } from "../../shared/experiments/ladder.ts";
import { NOTEBOOK_DEFAULTS } from "../../shared/experiments/notebook-defaults.ts";
import { INITIALISATIONS } from "../../shared/specs/layer-spec.ts";
import { runCompareLaddersCommand } from "./compare-ladders-command.ts";
import { lrSearchWanted, runFindLrCommand, type FindLrOptions } from "./find-lr-command.ts";
import { gradcheckWanted, runGradcheckCommand, type GradcheckOptions } from "./gradcheck-command.ts";
import { inLab, reading, type CommandHost, type CommonOptions } from "./in-lab.ts";
import { initSettings, runInitCommand, type InitOptions } from "./init-command.ts";
import { ladderSettings, runLadderCommand, type LadderOptions } from "./ladder-command.ts";
import { DATABASE, FORCE, kernelsOption, list, threadCount, USUAL_THREADS, wholeNumber } from "./options.ts";
import { runTrainCommand, trainingWanted, type TrainOptions } from "./train-command.ts";

/** Given by name; a shape of one's own is given by its sizes. */
const PRESETS: readonly LadderPreset[] = ["notebook", "lesson", "layer", "square"];

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("expected a number of seconds above 0.");
  return value;
}

const REFERENCES: readonly string[] = [...GRADIENT_REFERENCES, "all"];

function references(text: string): readonly GradientReference[] {
  const names = list(text);
  if (names.length === 0 || !names.every((name) => REFERENCES.includes(name))) {
    throw new InvalidArgumentError(`Allowed choices are ${REFERENCES.join(", ")}, with commas between.`);
  }
  return GRADIENT_REFERENCES.filter((name) => names.includes(name) || names.includes("all"));
}

interface ComputingOptions extends CommonOptions {
  readonly kernels?: InstructionSet;
}

/** `lab ladder`, `init`, `gradcheck`, `train` and `find-lr`: what the window's views of these names do. */
export function addExperimentCommands(program: Command, host: CommandHost): void {
  program
    .command("ladder")
    .description("time matrix products rung by rung, each compared with float64 first")
    .addOption(new Option("--preset <name>", "shape to climb at (default: notebook)").choices(PRESETS))
    .option("--m <n>", "rows of A, instead of a preset", wholeNumber(1))
    .option("--k <n>", "columns of A and rows of B", wholeNumber(1))
    .option("--n <n>", "columns of B", wholeNumber(1))
    .option("--threads <n>", "worker threads", threadCount, USUAL_THREADS)
    .option("--budget <seconds>", "longest time a rung may take at a shape", seconds, 10)
    .option("--seed <n>", "seed of the matrices and of the order", wholeNumber(0), NOTEBOOK_DEFAULTS.seed)
    .option("--scaling", "time the sharded rung on 1 to all threads")
    .option("--no-pytorch", "do not look for a Python with torch")
    .option("--csv <file>", "write one row a sample")
    .option("--summary-csv <file>", "write one row a rung")
    .option(...FORCE)
    .option("--json", "print JSON instead of a table")
    .option(...DATABASE)
    .action(async (options: LadderOptions & CommonOptions) => {
      const settings = ladderSettings(options);
      await inLab(host, options, (lab) => runLadderCommand(lab, settings, options));
    });

  program
    .command("compare-ladders")
    .description("compare two saved ladders rung by rung: how many times as long the second took")
    .argument("<first>", `run, as \`${program.name()} runs\` names it`)
    .argument("<second>", "run to compare with it")
    .option("--json", "print JSON instead of a table")
    .option(...DATABASE)
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
    .option("--threads <n>", "worker threads", threadCount, USUAL_THREADS)
    .option("--save", "keep it as a run")
    .option("--json", "print JSON instead of a table")
    .option(...DATABASE)
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
      new Option("--reference <list>", "what to compare with, with commas between")
        .choices(REFERENCES)
        .argParser(references)
        .default(references("float64"), "float64"),
    )
    .option("--coordinates <n>", "coordinates a tensor for finite differences (default: 200)", wholeNumber(1))
    .option("--all-coordinates", "finite differences at every coordinate")
    .addOption(new Option("--bug <name>", "make a mistake on purpose").choices(SEEDED_BUG_NAMES))
    .addOption(
      new Option("--tolerance <name>", "strict, or the notebook's allclose alone")
        .choices(["strict", "notebook"])
        .default("strict"),
    )
    .option("--threads <n>", "worker threads", threadCount, USUAL_THREADS)
    .option("--csv <file>", "write one row a tensor and reference")
    .option(...FORCE)
    .option("--json", "print JSON instead of a table")
    .option(...DATABASE)
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
    .option(...FORCE)
    .option("--threads <n>", "worker threads", threadCount, USUAL_THREADS)
    .addOption(kernelsOption())
    .option("--json", "print one JSON line a step and an evaluation, then the summary")
    .option(...DATABASE)
    .action(async (file: string | undefined, options: TrainOptions & ComputingOptions) => {
      const wanted = await trainingWanted(file, options);
      await inLab(host, options, (lab) => runTrainCommand(lab, wanted, options));
    });

  program
    .command("find-lr")
    .description("train with a rising learning rate on five seeds, and suggest one; kept as a run")
    .argument("<spec>", "JSON file as for train, whose own rate, schedule and end do not count")
    .option("--threads <n>", "worker threads", threadCount, USUAL_THREADS)
    .option("--csv <file>", "write every point of the curves")
    .option(...FORCE)
    .option("--json", "print JSON with the curves instead of a table")
    .option(...DATABASE)
    .action(async (file: string, options: FindLrOptions & CommonOptions) => {
      const wanted = await lrSearchWanted(file);
      await inLab(host, options, (lab) => runFindLrCommand(lab, wanted, options));
    });
}
