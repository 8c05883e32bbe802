import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { GradientReportAnswer } from "../../../shared/engine/worker-tasks.ts";
import type { Engine } from "../../engine/engine.ts";
import { runOnWorker } from "../compute/programs.ts";
import type { TfjsNetwork } from "../tfjs/tfjs-network.ts";
import { tensorsOf, type CheckContext } from "./check-context.ts";
import { allowancesOf, float64Reference, type Uncertainty } from "./float64-reference.ts";
import { makeReport } from "./make-report.ts";

/** All coordinates against whole reference gradients in the arena, which are moved by what is allowed. */
export async function checkAgainst(
  context: CheckContext,
  reference: "float64" | "tfjs",
  gradients: Readonly<Record<string, Tensor>>,
  uncertainty: Uncertainty,
): Promise<void> {
  const { engine, settings, computed, onReport } = context;
  for (const [tensor, ours] of tensorsOf(computed)) {
    const expected = gradients[tensor];
    if (expected === undefined) throw new RangeError(`gradient check: no reference of ${tensor}`);
    const answer = await runOnWorker<GradientReportAnswer>(engine, (worker) => ({
      kind: "gradientReport",
      worker,
      ours,
      reference: expected,
      allowances: allowancesOf(uncertainty, tensor),
    }));
    const { kinks, overflow } = uncertainty;
    onReport(
      makeReport(answer, {
        reference,
        tensor,
        shape: ours.shape,
        complete: true,
        kinks,
        places: null,
        overflow,
        heatMap: answer.heatMap,
        tolerance: settings.tolerance,
        excused: answer.excused,
      }),
    );
  }
}

/** TensorFlow.js derives the gradients itself; both round, so both allowances count. @returns its loss. */
export async function checkByTfjs(
  context: CheckContext,
  tfjs: TfjsNetwork,
  certain: Uncertainty,
): Promise<number> {
  const { engine, computed } = context;
  const scope = engine.arena.scope();
  try {
    const theirs = await float64Reference({ ...context, scope }, "tfjs");
    const gradients = Object.fromEntries(
      tensorsOf(computed).map(([name, { shape }]) => [
        name,
        scope.tensor(`${name}.g of TensorFlow.js`, shape),
      ]),
    );
    const { network, data, parameters } = computed;
    const { loss } = await tfjs.run({ network, ...data, parameters, gradients, warmupCalls: 0, samples: 0 });
    for (const [name] of tensorsOf(computed)) {
      addTo(engine, allowancesOf(theirs, name).rounding, allowancesOf(certain, name).rounding);
    }
    await checkAgainst(context, "tfjs", gradients, theirs);
    return loss;
  } finally {
    scope.release();
  }
}

/** sum += part. */
function addTo(engine: Engine, sum: Tensor, part: Tensor): void {
  const [total, added] = [sum, part].map((tensor) => viewOf(engine.arena.memory, tensor, "float32"));
  if (total === undefined || added === undefined) return;
  for (let i = 0; i < total.length; i++) total[i] = (total[i] ?? NaN) + (added[i] ?? NaN);
}
