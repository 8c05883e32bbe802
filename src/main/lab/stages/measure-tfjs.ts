import type { StageTensors } from "../../../core/stages/stage.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { median } from "../../../core/statistics.ts";
import type { Timing } from "../../../shared/runs/run-records.ts";
import type { Scope } from "../../engine/arena.ts";
import type { GradientName } from "../compute/notebook-network.ts";
import { WARMUP_CALLS } from "../compute/pass-timings.ts";
import type { TfjsNetwork } from "../tfjs/tfjs-network.ts";
import { passReport, type MeasuredStage, type StageEffort } from "./measure-stage.ts";
import { STAGE_NETWORK } from "./stage-inputs.ts";

/** What its numbers mean where they are taken otherwise than ours. */
export const TFJS_NOTE =
  "It computes the gradients together with the forward pass: its backward time is the difference. Its kernels are " +
  "counted as ops, its tensors by its own account.";

/** Tensors for the gradients of x and the parameters; nothing is written. */
export function placeGradients(
  scope: Scope,
  like: Readonly<Record<GradientName, Tensor>>,
): Readonly<Record<GradientName, Tensor>> {
  const gradientOf = (name: GradientName): Tensor => scope.tensor(`${name}.g`, like[name].shape);
  return {
    x: gradientOf("x"),
    w1: gradientOf("w1"),
    b1: gradientOf("b1"),
    w2: gradientOf("w2"),
    b2: gradientOf("b2"),
  };
}

/**
 * Measures TensorFlow.js on the same network. Its gradients are copied into tensors of `kept`.
 *
 * @throws {ExperimentCancelled} @throws {TaskError} If TensorFlow.js cannot compute it.
 */
export async function measureTfjs(
  tfjs: TfjsNetwork,
  { x, y, w1, b1, w2, b2 }: StageTensors<Tensor>,
  kept: Scope,
  { rows, samples, onProgress }: StageEffort,
): Promise<MeasuredStage> {
  const parameters = { w1, b1, w2, b2 };
  const gradients = placeGradients(kept, { x, ...parameters });
  const request = { network: STAGE_NETWORK, x, y, parameters, gradients };
  const answer = await tfjs.run({ ...request, warmupCalls: WARMUP_CALLS, samples }, onProgress);
  const { forwardMs, bothMs, forwardCpuMs, bothCpuMs } = answer;
  const forwardMedian = median(forwardMs);
  const backwardMs = bothMs.map((ms) => ms - forwardMedian);
  const timings = (pass: Timing["pass"], all: readonly number[]): Timing[] =>
    all.map((ms, sample) => ({ stage: "TensorFlow.js", pass, sample, ms, warmup: false, threads: 1, rows }));
  return {
    result: {
      loss: answer.loss,
      forward: passReport(forwardMs, forwardCpuMs),
      backward: passReport(backwardMs, bothCpuMs - forwardCpuMs),
      both: passReport(bothMs, bothCpuMs),
      peakBytes: answer.peakBytes,
      ops: answer.kernels,
      groups: NaN,
    },
    timings: [
      ...timings("forward", forwardMs),
      ...timings("backward", backwardMs),
      ...timings("call", bothMs),
    ],
    gradients,
  };
}
