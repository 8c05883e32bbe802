import type { Stage } from "../../../core/notebook/stage.ts";
import { RecordingOps } from "../../../core/ops/recording-ops.ts";
import type { GradientSummary, Timing } from "../../../shared/runs/run-records.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import {
  OUTER_PRODUCT_CHUNK_ROWS,
  passTimings,
  recordPasses,
  samplesOf,
  timesOf,
  WARMUP_CALLS,
  type PassTimes,
} from "../compute/pass-timings.ts";
import { execute, executeOnce, recordStatistics, statisticsAt } from "../compute/programs.ts";
import type { Gradients, NotebookSession, Weights } from "./session.ts";
import { GRADIENT_NAMES } from "../compute/notebook-network.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";

export interface StageRun {
  readonly stage: string;
  readonly loss: number;
  readonly forwardMs: PassTimes;
  /** NaN and no samples of a pass that was not timed. */
  readonly backwardMs: PassTimes;
  readonly timings: Timing[];
  readonly gradients: GradientSummary[];
}

/** Norm and largest entry of each gradient, in one program. */
async function summarise(session: NotebookSession, gradients: Gradients): Promise<GradientSummary[]> {
  return executeOnce(session.engine, session.settings.threads, (ops) => {
    const statistics = GRADIENT_NAMES.map((tensor) => ({
      tensor,
      at: recordStatistics(ops, gradients[tensor]),
    }));
    return () =>
      statistics.map(({ tensor, at }) => {
        const { min, max, norm } = statisticsAt(session.engine, at, tensor);
        return { tensor, norm, maxAbs: Math.max(Math.abs(min), Math.abs(max)) };
      });
  });
}

/**
 * Runs a stage on all training rows, `samples` times after the warm-up, in one dispatch; times are taken by a worker
 * between barriers, so they hold neither planning nor messages. The gradients stay in the session.
 */
export async function runStage(
  session: NotebookSession,
  activity: ActivityHandle,
  options: {
    readonly stage: Stage;
    readonly name: string;
    readonly weights: Weights;
    readonly shift: number;
    /** Which passes are timed; the backward pass needs the forward pass to run before it. */
    readonly timed: "forward" | "backward" | "both";
  },
): Promise<StageRun> {
  const { xTrain, yTrain } = session.normalized();
  const { engine, settings } = session;
  const scope = session.stageScope(options.name);
  const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
  const built = options.stage.build(
    ops,
    { x: xTrain, y: yTrain, ...options.weights },
    { shift: options.shift, chunkRows: OUTER_PRODUCT_CHUNK_ROWS },
  );
  const { loss, gradients } = recordPasses(ops, built, { backward: options.timed !== "forward" });

  const repeats = WARMUP_CALLS + settings.samples;
  activity.phase(`${WARMUP_CALLS} warm-up calls, then ${settings.samples} samples`);
  const records = await execute(engine, [{ program: ops.program(), repeats }], {
    threads: settings.threads,
    onProgress: (done) => {
      activity.progress(done / repeats);
    },
  });

  const { threads, rows } = settings;
  const timings = (pass: "forward" | "backward"): Timing[] =>
    passTimings(records, { stage: options.name, pass, threads, rows, warmupCalls: WARMUP_CALLS });
  const forward = options.timed === "backward" ? [] : timings("forward");
  const backward = gradients === null ? [] : timings("backward");
  const lossValue = viewOf(engine.arena.memory, loss, "float32")[0] ?? NaN;
  if (gradients !== null) {
    session.stages.set(options.name, {
      gradients,
      weights: options.weights,
      weightsVersion: session.weightsVersion,
      shift: options.shift,
      loss: lossValue,
    });
  }
  return {
    stage: options.name,
    loss: lossValue,
    forwardMs: timesOf(samplesOf(forward)),
    backwardMs: timesOf(samplesOf(backward)),
    timings: [...forward, ...backward],
    gradients: gradients === null ? [] : await summarise(session, gradients),
  };
}
