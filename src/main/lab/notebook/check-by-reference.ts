import { kinkAllowances, type KinkAllowances } from "../../../core/reference/kink-allowances.ts";
import type {
  ReferenceGradients as BlockGradients,
  ReluKink,
} from "../../../core/reference/reference-gradients.ts";
import type { GradientCheck } from "../../../shared/run-records.ts";
import { viewOf } from "../../../shared/tensor-view.ts";
import { compareTensors } from "../compare-tensors.ts";
import { referenceModelOf, rowBlocks, runBlocks } from "./run-blocks.ts";
import {
  GRADIENT_NAMES,
  HIDDEN,
  IN_FEATURES,
  WEIGHT_NAMES,
  type Gradients,
  type NotebookSession,
  type StageGradients,
} from "./session.ts";

const NOTHING: ReadonlyMap<number, number> = new Map();

/** Loss, gradients and kinks by the independent float64 implementation, summed over row blocks in their order. */
async function computeReference(
  session: NotebookSession,
  stage: StageGradients,
  gradients: Gradients,
  onProgress: (fraction: number) => void,
): Promise<{ loss: number; kinks: readonly ReluKink[] }> {
  const { xTrain, yTrain } = session.normalized();
  const answers = await runBlocks<BlockGradients>(
    session,
    rowBlocks(session.settings.rows).map((block) => (worker) => ({
      kind: "reference",
      worker,
      model: referenceModelOf(stage),
      x: xTrain,
      y: yTrain,
      dx: gradients.x,
      block,
    })),
    onProgress,
  );
  for (const name of WEIGHT_NAMES) {
    const sum = viewOf(session.engine.arena.memory, gradients[name], "float64").fill(0);
    for (const answer of answers) {
      const part = answer[name];
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? NaN) + (part[i] ?? NaN);
    }
  }
  return {
    loss: answers.reduce((loss, answer) => loss + answer.loss, 0),
    kinks: answers.flatMap((answer) => answer.kinks),
  };
}

function allowancesOf(
  session: NotebookSession,
  stage: StageGradients,
  kinks: readonly ReluKink[],
): KinkAllowances {
  const { memory } = session.engine.arena;
  const x = viewOf(memory, session.normalized().xTrain, "float32");
  const network = {
    w1: viewOf(memory, stage.weights.w1, "float32"),
    w2: viewOf(memory, stage.weights.w2, "float32"),
    inFeatures: IN_FEATURES,
    hidden: HIDDEN,
  };
  return kinkAllowances(network, kinks, (row) => x.subarray(row * IN_FEATURES, (row + 1) * IN_FEATURES));
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
  const allowances = allowancesOf(session, stage, reference.kinks);
  const checks: GradientCheck[] = [];
  for (const tensor of GRADIENT_NAMES) {
    const allowed = tensor === "w2" || tensor === "b2" ? NOTHING : allowances[tensor];
    const comparison = await compareTensors(session.engine, {
      ours: stage.gradients[tensor],
      reference: reference.gradients[tensor],
      threads: session.settings.threads,
      allowances: allowed,
    });
    const kinks = allowed.size === 0 ? 0 : reference.kinks.length;
    checks.push({ stage: stageName, reference: "float64", tensor, ...comparison, kinks });
  }
  return { checks, referenceLoss: reference.loss };
}
