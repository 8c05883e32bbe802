import type { Stage } from "../../../core/notebook/stage.ts";
import { RecordingOps } from "../../../core/ops/recording-ops.ts";
import { interquartileRange, median } from "../../../core/statistics.ts";
import type { GradientSummary, Timing } from "../../../shared/run-records.ts";
import { viewOf } from "../../../shared/tensor-view.ts";
import { elapsedBetween, execute, executeOnce, recordStatistics, statisticsAt } from "../programs.ts";
import type { CellProgress } from "./cell-runner.ts";
import { GRADIENT_NAMES, type Gradients, type NotebookSession, type Weights } from "./session.ts";

/** Rows whose outer products are formed at a time: 64 × 784 × 50 float32 are 10 MB a worker. */
export const OUTER_PRODUCT_CHUNK_ROWS = 64;

/** Calls before the samples: the first compiles and touches fresh memory, the second settles the caches. */
const WARMUP_CALLS = 2;

export interface PassTimes {
  readonly medianMs: number;
  readonly iqrMs: number;
  readonly samplesMs: readonly number[];
}

export interface StageRun {
  readonly stage: string;
  readonly loss: number;
  readonly forwardMs: PassTimes;
  /** NaN and no samples of a pass that was not timed. */
  readonly backwardMs: PassTimes;
  readonly timings: Timing[];
  readonly gradients: GradientSummary[];
}

const timesOf = (samplesMs: readonly number[]): PassTimes => ({
  medianMs: samplesMs.length === 0 ? NaN : median(samplesMs),
  iqrMs: samplesMs.length === 0 ? NaN : interquartileRange(samplesMs),
  samplesMs,
});

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
  progress: CellProgress,
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
  ops.run({ op: "mark", name: "forward" });
  const loss = built.forward();
  ops.run({ op: "mark", name: "forward end" });
  const gradients = options.timed === "forward" ? null : built.backward();
  ops.run({ op: "mark", name: "backward end" });

  const repeats = WARMUP_CALLS + settings.samples;
  progress.phase(`${WARMUP_CALLS} warm-up calls, then ${settings.samples} samples`);
  const records = await execute(engine, [{ program: ops.program(), repeats }], {
    threads: settings.threads,
    onProgress: (done) => {
      progress.progress(done / repeats);
    },
  });

  const timings = (pass: "forward" | "backward", from: string, to: string): Timing[] =>
    elapsedBetween(records, from, to).map((ms, call) => ({
      stage: options.name,
      pass,
      sample: call < WARMUP_CALLS ? call : call - WARMUP_CALLS,
      ms,
      warmup: call < WARMUP_CALLS,
      threads: settings.threads,
      rows: settings.rows,
    }));
  const forward = options.timed === "backward" ? [] : timings("forward", "forward", "forward end");
  const backward = gradients === null ? [] : timings("backward", "forward end", "backward end");
  const samplesOf = (all: readonly Timing[]): number[] =>
    all.filter(({ warmup }) => !warmup).map(({ ms }) => ms);
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
