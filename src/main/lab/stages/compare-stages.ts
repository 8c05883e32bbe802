import { MAX_REL_MAX, MAX_REL_NORM, type GradientComparison } from "../../../core/gradient-check.ts";
import type { StageGradients } from "../../../core/stages/stage.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import type { StageId, StagePair } from "../../../shared/experiments/stages.ts";
import type { Engine } from "../../engine/engine.ts";
import { compareTensors } from "../compute/compare-tensors.ts";
import { GRADIENT_NAMES, type GradientName } from "../compute/notebook-network.ts";
import type { Uncertainty } from "./stage-inputs.ts";

/** Nearly all entries of x.g lie below atol: what allclose cannot see there, its norm must. */
const MAX_REL_NORM_OF_X = 1e-5;

/** Whether two gradients count as equal. */
function isEqual(tensor: GradientName, { allclose, relMax, relNorm }: GradientComparison): boolean {
  const limit = tensor === "x" ? MAX_REL_NORM_OF_X : MAX_REL_NORM;
  return allclose && relMax <= MAX_REL_MAX && relNorm <= limit;
}

/** The gradients of one stage, still in the arena. */
export interface KeptGradients {
  readonly id: StageId;
  readonly gradients: StageGradients<Tensor>;
}

/** Compares the five gradients of a stage with those of one that came before. @throws {ExperimentCancelled} */
export async function compareStages(
  engine: Engine,
  first: KeptGradients,
  second: KeptGradients,
  { allowances }: Uncertainty,
  threads: number,
): Promise<StagePair[]> {
  const pairs: StagePair[] = [];
  for (const tensor of GRADIENT_NAMES) {
    const comparison = await compareTensors(engine, {
      ours: second.gradients[tensor],
      reference: first.gradients[tensor],
      threads,
      ...(tensor === "w2" || tensor === "b2" ? {} : { allowances: allowances[tensor] }),
    });
    const { allclose, maxAbs, relMax, relNorm } = comparison;
    pairs.push({
      first: first.id,
      second: second.id,
      tensor,
      allclose,
      maxAbs,
      relMax,
      relNorm,
      equal: isEqual(tensor, comparison),
    });
  }
  return pairs;
}
