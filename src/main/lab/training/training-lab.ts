import { drawParameters } from "../../../core/init/draw-parameters.ts";
import { linearLayers, networkTitle } from "../../../core/network/network.ts";
import { numelOf } from "../../../core/ops/recording-ops.ts";
import { OutOfMemoryError } from "../../../core/errors.ts";
import { MNIST_PIXELS, trainNetworkOf, schemesOf } from "../../../shared/network-spec.ts";
import { NOTEBOOK_SPEC } from "../../../shared/notebook-spec.ts";
import type { TrainingSettings } from "../../../shared/notebook.ts";
import type { Quantities } from "../../../shared/run-records.ts";
import { stepsOf, type TrainSpec } from "../../../shared/train-spec.ts";
import type { StartedRun } from "../lab.ts";
import type { MnistRows } from "../mnist-rows.ts";
import { forecastMemory } from "../notebook/forecast.ts";
import type { LabServices, RunSupervisor } from "../run-supervisor.ts";
import type { GivenParameters } from "../gradcheck/network-setup.ts";
import { MetricWriter } from "./metric-writer.ts";
import { train, type TrainingOutcome } from "./train.ts";
import { Trainer } from "./trainer.ts";

/** Training as the lab offers it: data prepared, metrics saved while they come. */
export class TrainingLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #data: MnistRows;

  constructor(services: LabServices, supervisor: RunSupervisor, data: MnistRows) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#data = data;
  }

  /** Trains the notebook's network. @throws {ContractError} If another activity is on. @throws {OutOfMemoryError} */
  start({ seed, rows, threads, epochs, batchSize, lr }: TrainingSettings): StartedRun {
    const spec: TrainSpec = {
      ...NOTEBOOK_SPEC,
      ...{ seed, epochs, batchSize },
      data: { name: "mnist", split: "train", rows },
      optimizer: { name: "sgd", lr, momentum: 0, nesterov: false, weightDecay: 0 },
    };
    return this.startSpec(spec, threads, null);
  }

  /** @throws {ContractError} If another activity is on. @throws {OutOfMemoryError} */
  startSpec(spec: TrainSpec, threads: number, given: GivenParameters | null): StartedRun {
    const { engine, tracker, emit } = this.#services;
    const { refusal } = forecastMemory(trainingMemory(spec), engine.arena, null);
    if (refusal !== "") throw new OutOfMemoryError(refusal);
    const metrics = new MetricWriter(this.#services.store);
    let outcome: TrainingOutcome | null = null;
    return this.#supervisor.start(
      `Training, ${spec.epochs === undefined ? `${spec.steps ?? 0} steps` : `${spec.epochs} epochs`}`,
      {
        create: {
          kind: "training",
          name: titleOf(spec),
          threads,
          rows: spec.data.rows,
          config: configOf(spec, threads),
        },
      },
      async (runId) => {
        tracker.phase("reading MNIST");
        const data = {
          train: await this.#data.rows(spec.data, threads),
          valid:
            spec.validRows === 0
              ? null
              : await this.#data.rows({ name: "mnist", split: "valid", rows: spec.validRows }, threads),
        };
        const trainer = new Trainer(engine, spec, {
          data,
          threads,
          parameters: given ?? drawParameters(trainNetworkOf(spec), schemesOf(spec), spec.seed),
        });
        try {
          outcome = await train(trainer, {
            phase: (phase) => {
              tracker.phase(phase);
            },
            progress: (fraction) => {
              tracker.progress(fraction);
            },
            metrics: (points) => {
              metrics.add(runId, points);
              emit({ name: "trainingMetrics", payload: { runId, points: [...points] } });
            },
          });
        } finally {
          trainer.release();
          metrics.save(runId);
        }
      },
      () => ({ ...metrics.latest(), ...(outcome === null ? {} : speedOf(outcome)) }),
    );
  }
}

const titleOf = (spec: TrainSpec): string =>
  `${networkTitle(trainNetworkOf(spec))}, ${spec.optimizer.name}, lr ${spec.optimizer.lr}, batch ${spec.batchSize}`;

/** What a list of runs can be sorted and compared by. */
function configOf(spec: TrainSpec, threads: number): Quantities {
  const { optimizer, schedule, data, batchSize, epochs, steps, seed, loss } = spec;
  const { name, ...rates } = optimizer;
  return {
    ...{ seed, rows: data.rows, threads, batchSize, loss, optimizer: name, ...rates },
    ...(epochs === undefined ? {} : { epochs }),
    ...(steps === undefined ? {} : { steps }),
    schedule: schedule.name,
    network: networkTitle(trainNetworkOf(spec)),
    spec: JSON.stringify(spec),
  };
}

function trainingMemory(spec: TrainSpec): { name: string; bytes: number }[] {
  const rowBytes = 4 * MNIST_PIXELS;
  const { data, batchSize, validRows } = spec;
  const layers = linearLayers(trainNetworkOf(spec));
  const widths = layers.reduce((sum, { out }) => sum + out, 0);
  const parameters = layers.reduce((sum, layer) => sum + numelOf([layer.in + 1, layer.out]), 0);
  return [
    { name: "training and validation images", bytes: (data.rows + validRows) * rowBytes },
    { name: "activations of the evaluation", bytes: (data.rows + validRows) * widths * 8 },
    { name: "one batch, forward and backward", bytes: 2 * batchSize * (rowBytes + 8 * widths) },
    { name: "parameters, gradients and the optimiser's memory", bytes: 4 * 4 * parameters },
    { name: "learning rates", bytes: 4 * stepsOf(spec).total },
  ];
}

function speedOf({
  steps,
  seconds,
  finalTrainLoss,
  finalValidLoss,
  validAccuracy,
}: TrainingOutcome): Quantities {
  return {
    ...{ steps, seconds, stepsPerSecond: steps / seconds, finalTrainLoss, finalValidLoss },
    ...(Number.isNaN(validAccuracy) ? {} : { validAccuracy }),
  };
}
