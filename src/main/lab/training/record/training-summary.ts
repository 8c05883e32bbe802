import { flatLayers, networkTitle, type Network } from "../../../../core/network/network.ts";
import type { MetricName } from "../../../../core/network/metrics.ts";
import { epochMetric, EPOCH_METRICS, STATISTIC_NAMES } from "../../../../shared/experiments/training.ts";
import type { Quantities } from "../../../../shared/runs/run-records.ts";
import type { ResolvedTraining } from "../resolved-training.ts";
import type { TrainingOutcome } from "../session/train.ts";
import type { TrainingOrder } from "../training-order.ts";
import { weightsHash } from "./training-run-id.ts";

/** What a list of runs shows of a training; the statistics of its layers are in its charts. */
export const SUMMARY_METRICS: readonly string[] = [STATISTIC_NAMES.loss, ...Object.values(EPOCH_METRICS)];

export const trainingTitle = ({ network, spec: { optimizer, batchSize } }: ResolvedTraining): string =>
  `${networkTitle(network)}, ${optimizer.name}, lr ${optimizer.lr}, batch ${batchSize}`;

/** What a list of runs can be sorted and compared by. */
export function trainingConfig(
  { network, spec }: ResolvedTraining,
  { threads, given = null, sweep }: TrainingOrder,
): Quantities {
  const { optimizer, schedule, data, batchSize, epochs, steps, seed, loss } = spec;
  const { name, ...rates } = optimizer;
  return {
    seed,
    data: data.name,
    rows: data.rows,
    threads,
    batchSize,
    loss,
    optimizer: name,
    ...rates,
    ...(epochs === undefined ? {} : { epochs }),
    ...(steps === undefined ? {} : { steps }),
    ...(spec.clipNorm === null ? {} : { clipNorm: spec.clipNorm }),
    ...(spec.augmentShift === 0 ? {} : { augmentShift: spec.augmentShift }),
    ...(spec.labelSmoothing === undefined ? {} : { labelSmoothing: spec.labelSmoothing }),
    ...(given === null ? {} : { weights: `from a file, ${weightsHash(given)}` }),
    ...(sweep === undefined ? {} : { sweep }),
    schedule: schedule.name,
    network: networkTitle(network),
    ...ownActivations(network),
    spec: JSON.stringify(spec),
  };
}

/** The formulas of activations that the lab does not have; nothing where there are none. */
function ownActivations({ layers }: Network): Quantities {
  const formulas = flatLayers(layers).flatMap((layer) => {
    if (layer.type !== "activation" || layer.activation.kind !== "own") return [];
    const { name, forward, backward } = layer.activation;
    return [`${name}(z) = ${forward}${backward === null ? "" : `, dz = ${backward}`}`];
  });
  return formulas.length === 0 ? {} : { activations: [...new Set(formulas)].join("; ") };
}

export function speedOf({
  steps,
  seconds,
  finalTrainLoss,
  finalValidLoss,
  validMetrics,
}: TrainingOutcome): Quantities {
  return {
    steps,
    seconds,
    stepsPerSecond: steps / seconds,
    finalTrainLoss,
    ...(finalValidLoss === null ? {} : { finalValidLoss }),
    ...Object.fromEntries(
      Object.entries(validMetrics).map(([name, value]) => [epochMetric("valid", name as MetricName), value]),
    ),
  };
}
