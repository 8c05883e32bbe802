import { numelOf, type Tensor } from "../../../core/ops/recording-ops.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { DirectionAnswer } from "../../../shared/engine/worker-tasks.ts";
import { equalPart } from "../activity/activity-handle.ts";
import { rowBlocks } from "../compute/float64-gradients.ts";
import {
  compareSome,
  modelOf,
  runWithProgress,
  STEP,
  tensorsOf,
  type CheckContext,
} from "./check-context.ts";
import { allowancesOf, type Uncertainty } from "./float64-reference.ts";
import { makeReport } from "./make-report.ts";

/** Random directions a tensor. */
const DIRECTIONS = 8;
/** Of them, those that leave out coordinates whose gradient depends on the side of a kink, where others are left. */
const DIRECTIONS_BESIDE_KINKS = 4;
/**
 * Deviations of a random direction's product with the errors of a gradient: the directions are drawn without regard to
 * these, so it is normal with their norm, and none of a million exceeds this.
 */
const DIRECTION_DEVIATIONS = 5;
/** Streams of the seed that directions are drawn from, away from weights and samples. */
const DIRECTION_STREAM = 700;

/** √Σ a²: the deviation of a ± a along a direction of length 1 is this over √n. */
function normOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** Derivatives along random directions of each tensor, from the loss alone. */
export async function checkByDirections(context: CheckContext, uncertainty: Uncertainty): Promise<void> {
  const { engine, settings, computed, onReport, activity } = context;
  const { memory } = engine.arena;
  const { seed } = settings.network;
  const { gradients } = computed;
  const model = modelOf(computed);
  const tensors = tensorsOf(computed);
  for (const [index, [tensor, ours]] of tensors.entries()) {
    const { rounding, kinks } = allowancesOf(uncertainty, tensor);
    const atKinks = viewOf(memory, kinks, "float32");
    const anyBeside = atKinks.includes(0);
    const isBeside = (number: number): boolean => anyBeside && number < DIRECTIONS_BESIDE_KINKS;
    const directions = Array.from({ length: DIRECTIONS }, (_, number) => ({
      tensor,
      beside: isBeside(number) ? kinks : null,
      step: STEP,
      seed,
      stream: DIRECTION_STREAM + index * DIRECTIONS + number,
    }));
    const part = { ...context, activity: activity.part(equalPart(index, tensors.length)) };
    const answers = await runWithProgress<readonly DirectionAnswer[]>(
      part,
      rowBlocks(model).map((block) => (worker) => ({
        kind: "directions",
        worker,
        model,
        block,
        directions,
        gradients,
      })),
    );
    const total = (kind: keyof DirectionAnswer): number[] =>
      directions.map((_, i) => answers.reduce((sum, answer) => sum + (answer[i]?.[kind] ?? NaN), 0));
    const allowed = (of: Tensor): number => {
      const deviation = normOf(viewOf(memory, of, "float32")) / Math.sqrt(numelOf(ours.shape));
      return DIRECTION_DEVIATIONS * deviation;
    };
    const [ofRounding, ofKinks] = [allowed(rounding), allowed(kinks)];
    const { comparison, excused } = compareSome(total("dot"), total("difference"), {
      rounding: directions.map(() => ofRounding),
      kinks: directions.map((_, number) => (isBeside(number) ? 0 : ofKinks)),
    });
    onReport(
      makeReport(comparison, {
        reference: "direction",
        tensor,
        shape: ours.shape,
        complete: false,
        kinks: 0,
        excused,
        places: null,
        heatMap: null,
        tolerance: settings.tolerance,
        overflow: uncertainty.overflow,
      }),
    );
  }
}
