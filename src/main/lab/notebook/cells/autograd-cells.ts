import { kaimingUniform } from "../../../../core/init/kaiming-uniform.ts";
import { linearBias } from "../../../../core/init/linear-bias.ts";
import { stage4Autograd } from "../../../../core/notebook/stage-4-autograd.ts";
import { randomStream } from "../../../../core/random/random-stream.ts";
import type { CellRunner } from "../cell-runner.ts";
import { checkGradients } from "../check-gradients.ts";
import { runStage, type StageRun } from "../run-stage.ts";
import type { NotebookSession, Weights } from "../session.ts";
import { HIDDEN, IN_FEATURES } from "../../compute/notebook-network.ts";
import type { ActivityHandle } from "../../activity/activity-handle.ts";

const STAGE = "autograd";
/** nn.ReLU has no shift. */
const NO_SHIFT = 0;

/** Tensors of the framework-style model, which has weights of its own. */
const modelWeights = new WeakMap<NotebookSession, Weights>();

function weightsOf(session: NotebookSession): Weights {
  const known = modelWeights.get(session);
  if (known !== undefined) return known;
  const { scope } = session;
  const weights = {
    w1: scope.tensor("layer 1 weight", [IN_FEATURES, HIDDEN]),
    b1: scope.tensor("layer 1 bias", [HIDDEN]),
    w2: scope.tensor("layer 2 weight", [HIDDEN, 1]),
    b2: scope.tensor("layer 2 bias", [1]),
  };
  const stream = randomStream(session.settings.seed, 84);
  session.write(weights.w1, kaimingUniform(stream, [IN_FEATURES, HIDDEN], { a: Math.sqrt(5) }));
  session.write(weights.b1, linearBias(stream, IN_FEATURES, HIDDEN));
  session.write(weights.w2, kaimingUniform(stream, [HIDDEN, 1], { a: Math.sqrt(5) }));
  session.write(weights.b2, linearBias(stream, HIDDEN, 1));
  modelWeights.set(session, weights);
  return weights;
}

const runAutograd = (
  session: NotebookSession,
  activity: ActivityHandle,
  timed: "forward" | "backward",
): Promise<StageRun> =>
  runStage(session, activity, {
    stage: stage4Autograd,
    name: STAGE,
    weights: weightsOf(session),
    shift: NO_SHIFT,
    timed,
  });

/** Cell 84: the forward pass of the framework-style model. */
export const runAutogradForward: CellRunner = async (session, activity) => {
  const run = await runAutograd(session, activity, "forward");
  return {
    measured: { forwardMs: run.forwardMs.medianMs, loss: run.loss },
    details: { timings: run.timings },
  };
};

/** Cell 86: loss.backward(), and the five checks that the notebook leaves out. */
export const runAutogradBackward: CellRunner = async (session, activity) => {
  const run = await runAutograd(session, activity, "backward");
  const checks = await checkGradients(session, activity, {
    stage: STAGE,
    gradients: session.stageGradients(STAGE, "86"),
  });
  const { passed, worstRelNorm } = checks.measured;
  return {
    measured: {
      backwardMs: run.backwardMs.medianMs,
      passed: passed ?? NaN,
      worstRelNorm: worstRelNorm ?? NaN,
      loss: run.loss,
    },
    details: { timings: run.timings, gradients: run.gradients, ...checks.details },
  };
};
