import { counted } from "../../core/counted.ts";
import type { StepProfile } from "../../shared/experiments/step-profile.ts";
import { TRAIN_PRESETS } from "../../shared/specs/train-presets.ts";
import { formatDuration } from "../../shared/format/duration.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { trainSpecSchema, type TrainSpec } from "../../shared/specs/train-spec.ts";
import type { Lab } from "../lab/lab.ts";
import { textTable } from "../report/text-table.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { print, printJson } from "./print.ts";
import { readSpec } from "./read-spec.ts";
import { showProgress } from "./show-progress.ts";

export interface BenchCommandOptions {
  readonly threads: number;
  readonly profile?: true;
  readonly json?: true;
}

const us = (value: number): string => (value === 0 ? "" : formatNumber(value));
const time = (value: number): string => formatDuration(value / 1000);

function profileTable({ ops, restUs, threads, profiled }: StepProfile): string {
  const workers = Array.from({ length: threads }, (_, worker) => worker);
  const header = ["group", "op", "makes"];
  for (const worker of workers) header.push(`wait ${worker + 1}`, `worker ${worker + 1}`);
  const rows = ops.map(({ op, makes, group, workers: times }) => [
    String(group),
    op,
    makes,
    ...times.flatMap((time) => [us(time.waitUs), us(time.us)]),
  ]);
  const rest = ["", "between the ops", "", ...restUs.flatMap((value) => ["", us(value)])];
  const sum = ["", "the whole step", "", ...restUs.flatMap(() => ["", us(profiled.medianUs)])];
  return textTable(header, [...rows, rest, sum]);
}

/** The training that is timed. @throws {ContractError} If the file cannot be used. */
export const benchSpec = async (file: string | undefined): Promise<TrainSpec> =>
  file === undefined ? TRAIN_PRESETS.small.spec : readSpec(trainSpecSchema, file);

/** Times a training step, and with `profile` says where its time goes, by op and worker. */
export async function runBenchCommand(
  lab: Lab,
  spec: TrainSpec,
  options: BenchCommandOptions,
): Promise<ExitCode> {
  const stopProgress = showProgress(lab);
  let profile: StepProfile;
  try {
    profile = await lab.profile.measure({ spec, threads: options.threads });
  } finally {
    stopProgress();
  }
  if (options.json === true) {
    printJson(profile);
    return EXIT.ok;
  }
  const { network, batchSize, threads, plain, profiled, conditions } = profile;
  const lines = [
    `a step of ${network}, batches of ${batchSize}, ${counted(threads, "thread")}: median ${time(plain.medianUs)} ` +
      `(quartiles ${time(plain.lowUs)} to ${time(plain.highUs)}) over ${counted(plain.steps, "step")}`,
  ];
  if (options.profile === true) {
    lines.push(
      `with clocks beside the ops: median ${time(profiled.medianUs)} over ${counted(profiled.steps, "step")}, the same losses`,
      "µs a step; wait: at the barrier before the group",
      profileTable(profile),
    );
  }
  lines.push(...(conditions?.warnings ?? []).map((warning) => `Warning: ${warning}`));
  print(`${lines.join("\n")}\n`);
  return EXIT.ok;
}
