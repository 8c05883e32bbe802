import { basename, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  isOver,
  TRAINING_STATES,
  type ClusterOptions,
  type ClusterSweepStatus,
  type SubmittedSweep,
} from "../../shared/experiments/cluster-sweep.ts";
import { formatMoment } from "../../shared/format/date.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { sweepSpecSchema } from "../../shared/specs/sweep-spec.ts";
import { counted } from "../../core/counted.ts";
import type { Lab } from "../lab/lab.ts";
import { textTable } from "../report/text-table.ts";
import { COMMAND_NAME } from "../place/command-name.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Interruption } from "./interruption.ts";
import { print, printJson, warn } from "./print.ts";
import { readSpec, sweepIn } from "./read-spec.ts";
import { givenWeights } from "./train-command.ts";

interface Output {
  readonly json?: true;
}

/** Rows of a status that a terminal shows; `--json` has all. */
const MOST_ROWS = 60;
/** A cluster's controller has more to do than to be asked: ten seconds at first, up to a minute later. */
const FIRST_WATCH_MS = 10_000;
const LAST_WATCH_MS = 60_000;

/** Makes a sweep's folder and hands it to Slurm, or says how a person does. */
export async function runSubmitSweepCommand(
  lab: Lab,
  file: string,
  options: Output & {
    readonly cluster: ClusterOptions;
    readonly dir?: string | undefined;
    readonly prepareOnly: boolean;
  },
): Promise<ExitCode> {
  const sweep = sweepIn(lab, await readSpec(sweepSpecSchema, file));
  const order = {
    sweep,
    name: basename(file),
    options: options.cluster,
    dir: options.dir,
    from: process.cwd(),
    given: (spec: Parameters<typeof givenWeights>[0]) => givenWeights(spec, file),
  };
  const made = options.prepareOnly ? await lab.cluster.prepare(order) : await lab.cluster.submit(order);
  if (options.json === true) printJson(made);
  else if (options.prepareOnly && made.command !== null) {
    print(
      `${counted(made.trainings, "training")} in ${counted(made.tasks, "task")}: ${made.dir}\nNothing was submitted. This does it:\n${made.command}\n`,
    );
  } else printSubmitted(made);
  return EXIT.ok;
}

function printSubmitted({ dir, trainings, tasks, submitted, job }: SubmittedSweep): void {
  print(
    job === null
      ? `${trainings === 1 ? "The training is" : `All ${counted(trainings, "training")} are`} done or queued: ${dir}\n`
      : `Job ${job}: ${submitted} of ${counted(trainings, "training")} (${counted(tasks, "task")} in all): ${dir}\n`,
  );
  print(`${COMMAND_NAME} sweep --status ${dir}\n${COMMAND_NAME} sweep --collect ${dir}\n`);
}

/** Submits what is neither done nor queued. */
export async function runAgainCommand(lab: Lab, dir: string, options: Output): Promise<ExitCode> {
  const made = await lab.cluster.again(resolve(dir));
  if (options.json === true) printJson(made);
  else printSubmitted(made);
  return EXIT.ok;
}

/** Ends what runs and takes back what waits. */
export async function runCancelCommand(lab: Lab, dir: string, options: Output): Promise<ExitCode> {
  const tasks = await lab.cluster.cancel(resolve(dir));
  if (options.json === true) printJson({ cancelled: tasks });
  else
    print(
      `${counted(tasks, "task")} cancelled; what is done stays. ${COMMAND_NAME} sweep --again ${dir} goes on.\n`,
    );
  return EXIT.ok;
}

/** What Slurm said may end with advice, a sentence of its own. */
const unheard = (problem: string): string => `Slurm was not heard: ${problem.replace(/\.$/, "")}.`;

/** Takes what is done into the database. */
export async function runCollectCommand(lab: Lab, dir: string, options: Output): Promise<ExitCode> {
  const collected = await lab.cluster.collect(resolve(dir));
  const { added, unfinished, skipped, inTrash, damaged, problem } = collected;
  if (options.json === true) printJson(collected);
  else {
    const trash = inTrash.length > 0 ? `, ${inTrash.length} are in the trash (${inTrash.join(", ")})` : "";
    const stopped =
      unfinished.length > 0 ? ` (${unfinished.length} as far as a failed or lost training had come)` : "";
    print(`${counted(added.length, "run")} added${stopped}, ${skipped.length} were there already${trash}\n`);
  }
  if (problem !== "") {
    warn(`${unheard(problem)} What failed and lost trainings had is taken when it answers again.`);
  }
  for (const { index, file, reason } of damaged) {
    warn(
      `training ${index} was not taken: ${file}: ${reason}. ${COMMAND_NAME} sweep --again ${dir} computes what is lost.`,
    );
  }
  return damaged.length === 0 ? EXIT.ok : EXIT.failedCheck;
}

const number = (value: number | null): string => (value === null ? "" : formatNumber(value));

function printStatus({ name, dir, counts, problem, heardAt, trainings }: ClusterSweepStatus): void {
  const parts = TRAINING_STATES.filter((state) => counts[state] > 0).map(
    (state) => `${counts[state]} ${state}`,
  );
  const divergedCount = trainings.filter(({ diverged }) => diverged).length;
  if (divergedCount > 0) parts.push(`${divergedCount} of them diverged`);
  print(`${name}, ${counted(trainings.length, "training")}: ${parts.join(", ")}\n${dir}\n`);
  if (problem !== "") {
    const last =
      heardAt === null ? "It was never heard before" : `It was last heard at ${formatMoment(heardAt)}`;
    warn(`${unheard(problem)} ${last}. What runs goes on; files of the sweep are read as ever.`);
  }
  const open = trainings.filter(
    (training) => training.diverged || (training.state !== "collected" && training.state !== "done"),
  );
  if (open.length === 0) return;
  const rows = open
    .slice(0, MOST_ROWS)
    .map(({ index, note, state, diverged, node, step, of, loss, reason }) => [
      String(index),
      note,
      diverged ? `${state}, diverged` : state,
      node,
      step === null ? "" : `${step}${of === null ? "" : ` of ${of}`}`,
      number(loss),
      reason,
    ]);
  print(`${textTable(["training", "values", "state", "node", "step", "loss", "why"], rows)}\n`);
  if (open.length > rows.length) print(`… and ${open.length - rows.length} more; --json shows all\n`);
}

/** Says how every training stands; with `watch` until nothing waits or runs any more. */
export async function runStatusCommand(
  lab: Lab,
  dir: string,
  options: Output & { readonly watch: boolean },
  interruption: Interruption,
): Promise<ExitCode> {
  for (let pauseMs = FIRST_WATCH_MS; ; pauseMs = Math.min(LAST_WATCH_MS, pauseMs * 1.5)) {
    const status = await lab.cluster.status(resolve(dir));
    if (options.json === true) printJson(status, { oneLine: options.watch });
    else printStatus(status);
    if (!options.watch || interruption.requested || isOver(status)) {
      return status.problem === "" ? EXIT.ok : EXIT.failedCheck;
    }
    const woken = new AbortController();
    interruption.listen(() => woken.abort());
    await wait(pauseMs, undefined, { signal: woken.signal }).catch(() => undefined);
  }
}

/** Prints what a training's task has said. */
export async function runTaskLogCommand(lab: Lab, dir: string, index: number): Promise<ExitCode> {
  const log = await lab.cluster.log(resolve(dir), index);
  if (log === null) {
    warn(`training ${index} has no log yet: its task has not begun.`);
    return EXIT.failedCheck;
  }
  print(`${log.file}\n${log.text}`);
  return EXIT.ok;
}
