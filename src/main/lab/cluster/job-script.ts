import type { ClusterOptions } from "../../../shared/experiments/cluster-sweep.ts";
import { quoted } from "../../place/shell-word.ts";
import { arrayExpression } from "./array-tasks.ts";

/** Slurm's signal that the time is nearly up comes up to a minute before it is due. */
const USUAL_WARNING_S = 120;
const LEAST_WARNING_S = 10;

/** What the script of a sweep is made of. */
export interface JobOrder {
  /** The folder as a compute node sees it, absolute. */
  readonly dir: string;
  readonly jobName: string;
  readonly tasks: number;
  readonly options: ClusterOptions;
}

/** Seconds of "60", "60:30", "2:00:00", "1-12" and "1-12:30:00" as sbatch's --time means them; null where it is none of them. */
export function secondsOfTime(time: string): number | null {
  const [, days = "", clock = ""] = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(time.trim()) ?? [];
  if (clock === "") return null;
  const parts = clock.split(":").map(Number);
  const [a = 0, b = 0, c = 0] = parts;
  if (days !== "") return ((Number(days) * 24 + a) * 60 + b) * 60 + c;
  if (parts.length === 3) return (a * 60 + b) * 60 + c;
  return a * 60 + b;
}

/** How long before its end a task is told. */
export function warningSeconds(time: string | undefined): number {
  const seconds = time === undefined ? null : secondsOfTime(time);
  if (seconds === null) return USUAL_WARNING_S;
  return Math.max(LEAST_WARNING_S, Math.min(USUAL_WARNING_S, Math.floor(seconds / 5)));
}

/** Options that sbatch gets, in the script's head. */
function sbatchOptions({ dir, jobName, tasks, options }: JobOrder): readonly string[] {
  const all = Array.from({ length: tasks }, (_, task) => task);
  const { threads = 1, cpusPerTask = threads > 1 ? threads : undefined } = options;
  const given = {
    partition: options.partition,
    account: options.account,
    qos: options.qos,
    time: options.time,
    "cpus-per-task": cpusPerTask,
    mem: options.mem,
    constraint: options.constraint,
  };
  return [
    `--job-name=${jobName}`,
    `--array=${arrayExpression(all, options.arrayLimit)}`,
    "--requeue",
    "--open-mode=append",
    `--signal=B:USR1@${warningSeconds(options.time)}`,
    // A per cent sign begins what Slurm fills in.
    `--output=${quotedInScript(`${dir.replaceAll("%", "%%")}/log/%A_%a.txt`)}`,
    ...Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}=${quotedInScript(String(value))}`],
    ),
    ...options.sbatchOptions,
  ];
}

/** As sbatch reads a line of a script's head. */
const quotedInScript = (value: string): string => (/[\s"'\\]/.test(value) ? JSON.stringify(value) : value);

/**
 * The job script: a person can read it, change it and submit it again. `exec` lets the lab itself get the signals, so
 * that no trap of a shell comes between writing a file and renaming it.
 */
export function jobScript(order: JobOrder): string {
  const { dir, options } = order;
  const { node = "node", setup = "" } = options;
  return [
    "#!/bin/bash",
    ...sbatchOptions(order).map((option) => `#SBATCH ${option}`),
    "# What belongs to the lab of whoever submits this is not for a compute node.",
    "unset BACKPROP_LAB_NATIVE_BINDING ELECTRON_RUN_AS_NODE",
    ...(setup.trim() === "" ? [] : [setup.trim()]),
    `exec ${quoted(node)} ${quoted(`${dir}/lab/out/main/lab.js`)} sweep-task ${quoted(dir)} "$SLURM_ARRAY_TASK_ID"`,
    "",
  ].join("\n");
}

/** "--clusters=x" among options for sbatch: squeue, scontrol and scancel need it as well. */
export function clustersOf(options: Pick<ClusterOptions, "sbatchOptions">): readonly string[] {
  const found = options.sbatchOptions.find((option) => /^(--clusters?=|-M)/.test(option));
  return found === undefined ? [] : [`--clusters=${found.replace(/^(--clusters?=|-M ?=?)/, "")}`];
}
