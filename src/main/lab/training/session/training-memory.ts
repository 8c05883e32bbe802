import { linearLayers, parameterShapes } from "../../../../core/network/network.ts";
import { numelOf } from "../../../../core/ops/recording-ops.ts";
import { stateNames } from "../../../../core/optimisers/optimiser.ts";
import { MNIST_DATASET } from "../../../../shared/experiments/dataset.ts";
import { endsOfLayers } from "../../../../shared/specs/network-spec.ts";
import { EVALUATION_ROWS } from "./record-evaluation.ts";
import type { ResolvedTraining } from "../resolved-training.ts";

/** What a training will take from the arena, part by part; generous, because it decides whether it may start. */
export function trainingMemory({ spec, network }: ResolvedTraining): { name: string; bytes: number }[] {
  const inputs = endsOfLayers(spec.layers)?.inputs ?? 0;
  const rowBytes = 4 * inputs;
  const { data, batchSize, validRows } = spec;
  // MNIST stays bytes. Of other sets only their files say so: floats are counted.
  const bytesKept = data.name === MNIST_DATASET.id;
  // One part after the other, some rows of each at a time.
  const evaluated = Math.min(data.rows, EVALUATION_ROWS) + Math.min(validRows, EVALUATION_ROWS);
  const widths = linearLayers(network).reduce((sum, { out }) => sum + out, 0);
  const parameters = parameterShapes(network).reduce((sum, { shape }) => sum + numelOf(shape), 0);
  return [
    {
      name: "training and validation images",
      bytes: (data.rows + validRows) * (bytesKept ? inputs : rowBytes),
    },
    { name: "activations of the evaluation", bytes: evaluated * (rowBytes + widths * 8) },
    // A plain and a measured program, each forward and backward.
    { name: "one batch, forward and backward", bytes: 4 * batchSize * (rowBytes + 16 * widths) },
    {
      name: "parameters, gradients and the optimiser's memory",
      bytes: 4 * parameters * (4 + stateNames(spec.optimizer).length),
    },
  ];
}
