import { InvalidArgumentError, Option, type Command } from "commander";
import * as v from "valibot";
import { clusterOptionsSchema, type ClusterOptions } from "../../shared/experiments/cluster-sweep.ts";
import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";
import {
  runAgainCommand,
  runCancelCommand,
  runCollectCommand,
  runStatusCommand,
  runSubmitSweepCommand,
  runTaskLogCommand,
} from "./cluster-sweep-command.ts";
import { inLab, reading, type CommandHost, type CommonOptions } from "./in-lab.ts";
import { DATABASE, kernelsOption, threadCount, USUAL_THREADS, wholeNumber } from "./options.ts";
import { runSweepCommand, sweepWanted } from "./sweep-command.ts";
import { runSweepTaskCommand } from "./sweep-task-command.ts";
import { UsageError } from "./usage-error.ts";

interface SweepOptions extends CommonOptions {
  readonly threads?: number;
  readonly kernels?: InstructionSet;
  readonly on?: "slurm";
  readonly dir?: string;
  readonly prepareOnly?: true;
  readonly status?: string;
  readonly collect?: string;
  readonly again?: string;
  readonly cancel?: string;
  readonly watch?: true;
  readonly log?: number;
  readonly sbatchOption?: readonly string[];
}

const repeated = (text: string, before: readonly string[] = []): readonly string[] => {
  if (!text.startsWith("-")) {
    throw new InvalidArgumentError(
      "expected an option of sbatch as it is written: --sbatch-option=--reservation=x.",
    );
  }
  return [...before, text];
};

/** `lab sweep` here and on a cluster, and what a cluster's tasks run. */
export function addSweepCommands(program: Command, host: CommandHost): void {
  program
    .command("sweep")
    .description(
      "train a grid or a random sample of a spec's values, one after another or on a Slurm cluster",
    )
    .argument("[sweep]", "JSON file; see the schema in resources/schema")
    .option(
      "--threads <n>",
      `worker threads (default: ${USUAL_THREADS}; on a cluster the CPUs of a task)`,
      threadCount,
    )
    .addOption(kernelsOption())
    .option("--json", "print JSON instead of a table")
    .option(...DATABASE)
    .optionsGroup("On a cluster (docs/cluster.md):")
    .addOption(new Option("--on <cluster>", "hand the sweep to Slurm").choices(["slurm"]))
    .option(
      "--dir <folder>",
      "the sweep's folder, which compute nodes must see (default: lab-sweeps/NAME-ID)",
    )
    .option("--prepare-only", "make the folder, say the command that submits it, submit nothing")
    .option("--status <dir>", "say how the trainings of a sweep's folder stand")
    .option("--watch", "with --status: again and again until all have ended")
    .option("--log <training>", "with --status: show what the task of this training has said", wholeNumber(0))
    .option("--collect <dir>", "take what is done into the database: each training once, as often as wanted")
    .option("--again <dir>", "submit the trainings that are neither done nor queued")
    .option("--cancel <dir>", "end what runs and take back what waits")
    .option("--partition <name>", "of the cluster")
    .option("--account <name>", "that pays for it")
    .option("--qos <name>", "quality of service")
    .option("--time <time>", "limit of a task, in minutes or as sbatch takes it")
    .option("--cpus-per-task <n>", "CPUs of a task", wholeNumber(1))
    .option("--mem <size>", "memory of a task, for example 2G")
    .option("--constraint <features>", "of nodes")
    .option("--array-limit <n>", "tasks at once, at most", wholeNumber(1))
    .option("--sbatch-option <option>", "goes to sbatch as it is; may be given again", repeated)
    .option(
      "--chunk <n>",
      "trainings a task (default: so that a task takes ten minutes or more)",
      wholeNumber(1),
    )
    .option("--node <path>", "Node on a compute node (default: node)")
    .option("--setup <lines>", "of a shell before it, for example 'module load nodejs'")
    .option(
      "--points <n>",
      "points a series that come back, at most (default: all; 500 above 1,000 trainings)",
      wholeNumber(10),
    )
    .option("--save-every <seconds>", "a training's state is kept this often (default: 60)", Number)
    .option("--host <login>", "the cluster's login node, over ssh")
    .action(async (file: string | undefined, options: SweepOptions) => {
      await runSweep(host, file, options);
    });

  program
    .command("sweep-task", { hidden: true })
    .description("one task of a sweep on a cluster, as its job script starts it")
    .argument("<dir>", "the sweep's folder")
    .argument("<task>", "number of the task in the array", wholeNumber(0))
    .action(async (dir: string, task: number) => {
      await runSweepTaskCommand(host, dir, task);
    });
}

async function runSweep(host: CommandHost, file: string | undefined, options: SweepOptions): Promise<void> {
  const { status, collect, again, cancel, on } = options;
  const asked = [file, status, collect, again, cancel].filter((one) => one !== undefined);
  if (asked.length !== 1) {
    throw new UsageError(
      "sweep: give one of a sweep's file, --status DIR, --collect DIR, --again DIR and --cancel DIR",
    );
  }
  const looks = reading(options);
  if (status !== undefined) {
    const { log } = options;
    await inLab(host, looks, (lab) =>
      log === undefined
        ? runStatusCommand(lab, status, { ...options, watch: options.watch === true }, host.interruption)
        : runTaskLogCommand(lab, status, log),
    );
  } else if (again !== undefined) await inLab(host, looks, (lab) => runAgainCommand(lab, again, options));
  else if (cancel !== undefined) await inLab(host, looks, (lab) => runCancelCommand(lab, cancel, options));
  else if (collect !== undefined) {
    await inLab(host, { ...options, threads: 0 }, (lab) => runCollectCommand(lab, collect, options));
  } else if (on === undefined) {
    const threads = options.threads ?? USUAL_THREADS;
    const wanted = await sweepWanted(file ?? "");
    await inLab(host, { ...options, threads }, (lab) =>
      runSweepCommand(lab, wanted, { ...options, threads }, host.interruption),
    );
  } else {
    const cluster = clusterOptions(options);
    // It only looks at what this machine would compute: kernels, ids, data.
    const needs = { ...options, threads: 1, readOnly: true, emptyIfMissing: true };
    await inLab(host, needs, (lab) =>
      runSubmitSweepCommand(lab, file ?? "", {
        ...options,
        cluster,
        prepareOnly: options.prepareOnly === true,
      }),
    );
  }
}

/** @throws {v.ValiError} */
function clusterOptions({ sbatchOption, ...options }: SweepOptions): ClusterOptions {
  return v.parse(clusterOptionsSchema, { ...options, sbatchOptions: sbatchOption ?? [] });
}
