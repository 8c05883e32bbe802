import { uncertainOf } from "../../../core/reference/network-gradients.ts";
import type { GradientCheck } from "../../../shared/runs/run-records.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import { compareTensors } from "../compute/compare-tensors.ts";
import { float64Gradients } from "../compute/float64-gradients.ts";
import {
  WEIGHT_NAMES,
  type Gradients,
  type NotebookSession,
  type ReferenceGradients,
  type StageGradients,
} from "./session.ts";
import { GRADIENT_NAMES } from "../compute/notebook-network.ts";

const NOTHING = new Float64Array();

/** Fills `gradients` with what the independent float64 implementation computes over all rows. */
async function computeReference(
  session: NotebookSession,
  stage: StageGradients,
  gradients: Gradients,
  onProgress: (fraction: number) => void,
): Promise<Omit<ReferenceGradients, "gradients">> {
  const { engine, settings } = session;
  const found = await float64Gradients(engine, {
    model: session.modelOf(stage),
    dx: gradients.x,
    threads: settings.threads,
    onProgress,
  });
  for (const name of WEIGHT_NAMES) {
    viewOf(engine.arena.memory, gradients[name], "float64").set(found.gradients[name] ?? NOTHING);
  }
  const allowed = (name: string): ReadonlyMap<number, number> =>
    uncertainOf(found.allowances[name] ?? NOTHING);
  return {
    loss: found.loss,
    kinks: found.kinks,
    allowances: {
      x: found.xAllowances,
      w1: allowed("w1"),
      b1: allowed("b1"),
      w2: allowed("w2"),
      b2: allowed("b2"),
    },
  };
}

/**
 * Compares all coordinates of a stage's gradients with the float64 reference. Where a unit lies at the relu's kink
 * within float32 rounding both of its gradients count as right, and the check says how many such units there were.
 */
export async function checkByReference(
  session: NotebookSession,
  stageName: string,
  stage: StageGradients,
  onProgress: (fraction: number) => void,
): Promise<{ checks: GradientCheck[]; referenceLoss: number }> {
  const reference = await session.reference(stage, (gradients) =>
    computeReference(session, stage, gradients, onProgress),
  );
  const checks: GradientCheck[] = [];
  for (const tensor of GRADIENT_NAMES) {
    const allowances = reference.allowances[tensor];
    const comparison = await compareTensors(session.engine, {
      ours: stage.gradients[tensor],
      reference: reference.gradients[tensor],
      threads: session.settings.threads,
      allowances,
    });
    const kinks = allowances.size === 0 ? 0 : reference.kinks;
    checks.push({ stage: stageName, reference: "float64", tensor, ...comparison, kinks });
  }
  return { checks, referenceLoss: reference.loss };
}
