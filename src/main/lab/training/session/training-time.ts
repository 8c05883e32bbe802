import { linearLayers } from "../../../../core/network/network.ts";
import { trainNetworkOf } from "../../../../shared/specs/network-spec.ts";
import { stepsOf, type TrainSpec } from "../../../../shared/specs/train-spec.ts";

/** Until this session has trained something itself: 2 cores, November 2026. */
const NS_PER_MULTIPLY_ADD = 0.02;
/** Plan, barriers and the optimiser of one step, for each of its layers. */
const NS_PER_STEP_AND_LAYER = 25_000;
/** Forward, and two products backward. */
const PRODUCTS_A_LAYER = 3;

/** Milliseconds that all steps and evaluations of a training take on the machine of the constants. */
export function expectedTrainingMs(spec: TrainSpec): number {
  const layers = linearLayers(trainNetworkOf(spec));
  const multiplyAdds = layers.reduce((sum, { in: inputs, out }) => sum + inputs * out, 0);
  const { total, perEpoch } = stepsOf(spec);
  const stepNs =
    PRODUCTS_A_LAYER * spec.batchSize * multiplyAdds * NS_PER_MULTIPLY_ADD +
    layers.length * NS_PER_STEP_AND_LAYER;
  const evaluations = 1 + Math.ceil(total / perEpoch);
  const evaluationNs = (spec.data.rows + spec.validRows) * multiplyAdds * NS_PER_MULTIPLY_ADD;
  return (total * stepNs + evaluations * evaluationNs) / 1e6;
}
