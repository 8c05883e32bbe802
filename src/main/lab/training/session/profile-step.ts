import { ContractError, TaskError } from "../../../../core/errors.ts";
import { median, quantile } from "../../../../core/statistics.ts";
import { networkTitle } from "../../../../core/network/network.ts";
import type { Op } from "../../../../core/ops/op.ts";
import type { Tensor } from "../../../../core/ops/recording-ops.ts";
import type { StepProfile } from "../../../../shared/experiments/step-profile.ts";
import { batchNormMisfit, type TrainSpec } from "../../../../shared/specs/train-spec.ts";
import type { ProgramProfile } from "../../../engine/engine-options.ts";
import type { Engine } from "../../../engine/engine.ts";
import type { ActivityHandle } from "../../activity/activity-handle.ts";
import { drawNetwork } from "../../compute/draw-network.ts";
import type { DataRows, DataTensors } from "../../compute/data-rows.ts";
import { resolveTraining, type ResolvedTraining } from "../resolved-training.ts";
import { Trainer, type StepMetric } from "./trainer.ts";
import { trainingData } from "./training-data.ts";

/** More than the dispatches below can take. */
const MOST_STEPS = 1_000_000;
/** About a quarter of a second each: the first ones find how many steps that is. */
const WARM_UP_DISPATCHES = 3;
const PLAIN_DISPATCHES = 4;

/** Milliseconds from each loss to the next. */
const stepsMs = (metrics: readonly StepMetric[]): number[] =>
  metrics.slice(1).map(({ clockMs }, index) => clockMs - (metrics[index]?.clockMs ?? NaN));

/** The tensor that an op makes or changes. */
function madeBy(op: Op<Tensor>): string {
  if ("out" in op && "name" in op.out) return op.out.name;
  if ("param" in op) return op.param.name;
  return "name" in op ? op.name : "";
}

/** @throws {TaskError} */
function requireSameLosses(plain: readonly StepMetric[], profiled: readonly StepMetric[]): void {
  const at = plain.findIndex(({ value }, step) => step < profiled.length && value !== profiled[step]?.value);
  if (at >= 0) {
    throw new TaskError(
      `Step ${at + 1} has the loss ${plain[at]?.value ?? NaN} without clocks and ${profiled[at]?.value ?? NaN} ` +
        "with them: the profile is not shown. Please report this",
    );
  }
}

/** The times of the steps' one section, by op. */
function opsOf({ sections, times }: ProgramProfile): StepProfile["ops"] {
  return sections.flatMap(({ groups }, section) =>
    groups.flatMap((group, number) =>
      group.steps.map(({ op, phase }, place) => ({
        op: phase === "run" ? op.op : `${op.op}, ${phase}`,
        makes: madeBy(op),
        group: number + 1,
        workers: times.map((worker) => {
          const time = worker[section]?.[number];
          return {
            us: 1000 * (time?.stepMs[place] ?? NaN),
            waitUs: place === 0 ? 1000 * (time?.waitMs ?? NaN) : 0,
          };
        }),
      })),
    ),
  );
}

/** The training whose steps are profiled: steps alone, all alike. */
export const profiledTraining = (spec: TrainSpec): ResolvedTraining =>
  resolveTraining({
    ...spec,
    epochs: undefined,
    steps: MOST_STEPS,
    statisticsEvery: 0,
    validRows: 0,
    earlyStop: undefined,
    // Where there is one whole batch.
    dropLast: spec.data.rows >= spec.batchSize,
  });

/**
 * Trains some seconds without a run, then takes the same steps twice, the second time with clocks beside the ops.
 *
 * @throws {TaskError} If clocks changed a loss. @throws {ContractError} If batch norm cannot train on its batches.
 * @throws {ExperimentCancelled} @throws {DivergedError}
 */
export async function profileStep(
  spec: TrainSpec,
  {
    engine,
    dataRows,
    threads,
    activity,
  }: {
    readonly engine: Engine;
    readonly dataRows: DataRows;
    readonly threads: number;
    readonly activity: ActivityHandle;
  },
): Promise<Omit<StepProfile, "conditions">> {
  const training = profiledTraining(spec);
  const misfit = batchNormMisfit(training.spec);
  if (misfit !== "") throw new ContractError(`Profiling a step: ${misfit}`);
  const { network, schemes } = training;
  const { seed, batchSize } = training.spec;
  const rows = (): Promise<DataTensors> => dataRows.rows(training.spec.data);
  const parameters = await drawNetwork(engine, { network, schemes, seed }, { rows, threads });
  const data = await trainingData(dataRows, training.spec);
  const trainer = new Trainer(engine, training, { data, threads, parameters, givesWay: false });
  try {
    const dispatches = WARM_UP_DISPATCHES + PLAIN_DISPATCHES + 2;
    let done = 0;
    const advance = async (onProfile?: (profile: ProgramProfile) => void): Promise<StepMetric[]> => {
      const metrics: StepMetric[] = [];
      await trainer.advance((batch) => metrics.push(...batch), { onProfile });
      activity.progress(++done / dispatches);
      return metrics;
    };
    activity.phase("warm-up");
    for (let n = 0; n < WARM_UP_DISPATCHES; n++) await advance();
    activity.phase("steps without clocks");
    const plainMs: number[] = [];
    for (let n = 0; n < PLAIN_DISPATCHES; n++) plainMs.push(...stepsMs(await advance()));
    const before = trainer.state();
    const plain = await advance();
    trainer.restore(before);
    activity.phase("the same steps with clocks");
    const profiles: ProgramProfile[] = [];
    const profiled = await advance((profile) => profiles.push(profile));
    requireSameLosses(plain, profiled);
    const [profile] = profiles;
    if (profile === undefined) throw new TypeError("profileStep: the engine gave no profile");
    const medianUs = 1000 * median(stepsMs(profiled));
    const ops = opsOf(profile);
    return {
      network: networkTitle(network),
      batchSize,
      threads,
      plain: {
        steps: plainMs.length,
        medianUs: 1000 * quantile(plainMs, 0.5),
        lowUs: 1000 * quantile(plainMs, 0.25),
        highUs: 1000 * quantile(plainMs, 0.75),
      },
      profiled: { steps: profiled.length, medianUs },
      ops,
      restUs: profile.times.map(
        (_, worker) =>
          medianUs -
          ops.reduce(
            (sum, { workers }) => sum + (workers[worker]?.us ?? 0) + (workers[worker]?.waitUs ?? 0),
            0,
          ),
      ),
    };
  } finally {
    trainer.release();
  }
}
