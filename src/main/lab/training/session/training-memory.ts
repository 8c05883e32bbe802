import { linearLayers, parameterShapes } from "../../../../core/network/network.ts";
import { numelOf } from "../../../../core/ops/recording-ops.ts";
import { stateNames } from "../../../../core/optimisers/optimiser.ts";
import { endsOfLayers } from "../../../../shared/specs/network-spec.ts";
import type { ResolvedTraining } from "../resolved-training.ts";

/** What a training will take from the arena, part by part; generous, because it decides whether it may start. */
export function trainingMemory({ spec, network }: ResolvedTraining): { name: string; bytes: number }[] {
  const rowBytes = 4 * (endsOfLayers(spec.layers)?.inputs ?? 0);
  const { data, batchSize, validRows } = spec;
  const widths = linearLayers(network).reduce((sum, { out }) => sum + out, 0);
  const parameters = parameterShapes(network).reduce((sum, { shape }) => sum + numelOf(shape), 0);
  return [
    { name: "training and validation images", bytes: (data.rows + validRows) * rowBytes },
    { name: "activations of the evaluation", bytes: (data.rows + validRows) * widths * 8 },
    // A plain and a measured program, each forward and backward.
    { name: "one batch, forward and backward", bytes: 4 * batchSize * (rowBytes + 16 * widths) },
    {
      name: "parameters, gradients and the optimiser's memory",
      bytes: 4 * parameters * (4 + stateNames(spec.optimizer).length),
    },
  ];
}
