import { linearLayers } from "../../../../core/network/network.ts";
import type { ResolvedTraining } from "../resolved-training.ts";

/** Until this session has trained something itself: 2 cores, November 2026. */
const NS_PER_MULTIPLY_ADD = 0.02;
/** Plan, barriers and the optimiser of one step, for each of its layers. */
const NS_PER_STEP_AND_LAYER = 25_000;
/** An epoch's two evaluations, what is recorded of them and its checkpoint: most of a toy's time. */
const NS_PER_EVALUATION = 4_000_000;
/** Forward, and two products backward. */
const PRODUCTS_A_LAYER = 3;

/** Milliseconds that all steps and evaluations of a training take on the machine of the constants. */
export function expectedTrainingMs({ spec, network, totalSteps, stepsPerEpoch }: ResolvedTraining): number {
  const layers = linearLayers(network);
  const multiplyAdds = layers.reduce((sum, { in: inputs, out }) => sum + inputs * out, 0);
  const stepNs =
    PRODUCTS_A_LAYER * spec.batchSize * multiplyAdds * NS_PER_MULTIPLY_ADD +
    layers.length * NS_PER_STEP_AND_LAYER;
  const evaluations = 1 + Math.ceil(totalSteps / stepsPerEpoch);
  const evaluationNs =
    NS_PER_EVALUATION + (spec.data.rows + spec.validRows) * multiplyAdds * NS_PER_MULTIPLY_ADD;
  return (totalSteps * stepNs + evaluations * evaluationNs) / 1e6;
}
