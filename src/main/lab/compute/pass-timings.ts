import type { BuiltStage, StageGradients } from "../../../core/stages/stage.ts";
import type { RecordingOps, Tensor } from "../../../core/ops/recording-ops.ts";
import { interquartileRange, median } from "../../../core/statistics.ts";
import type { Timing } from "../../../shared/runs/run-records.ts";
import type { MetricRecord } from "../../engine/control-block.ts";
import { elapsedBetween } from "./programs.ts";

/** Calls before the samples: the first compiles and touches fresh memory, the second settles the caches. */
export const WARMUP_CALLS = 2;

export interface PassTimes {
  readonly medianMs: number;
  readonly iqrMs: number;
  readonly samplesMs: readonly number[];
}

/** NaN of a pass that was not timed. */
export const timesOf = (samplesMs: readonly number[]): PassTimes => ({
  medianMs: samplesMs.length === 0 ? NaN : median(samplesMs),
  iqrMs: samplesMs.length === 0 ? NaN : interquartileRange(samplesMs),
  samplesMs,
});

/** Marks around the passes of a stage: the clock is read there once every worker has arrived. */
export const PASS_MARKS = { begin: "forward", middle: "forward end", end: "backward end" } as const;

/** Records a stage with marks around its passes; without the backward pass when only the forward pass is timed. */
export function recordPasses(
  ops: RecordingOps,
  built: BuiltStage<Tensor>,
  { backward }: { readonly backward: boolean },
): { readonly loss: Tensor; readonly gradients: StageGradients<Tensor> | null } {
  ops.run({ op: "mark", name: PASS_MARKS.begin });
  const loss = built.forward();
  ops.run({ op: "mark", name: PASS_MARKS.middle });
  const gradients = backward ? built.backward() : null;
  ops.run({ op: "mark", name: PASS_MARKS.end });
  return { loss, gradients };
}

const MARKS_OF = {
  forward: [PASS_MARKS.begin, PASS_MARKS.middle],
  backward: [PASS_MARKS.middle, PASS_MARKS.end],
  call: [PASS_MARKS.begin, PASS_MARKS.end],
} as const satisfies Record<Timing["pass"], readonly [string, string]>;

/** Times of a pass, of which the first `warmupCalls` are warm-up. */
export function passTimings(
  records: readonly MetricRecord[],
  { warmupCalls, ...timing }: Omit<Timing, "sample" | "ms" | "warmup"> & { readonly warmupCalls: number },
): Timing[] {
  const [from, to] = MARKS_OF[timing.pass];
  return elapsedBetween(records, from, to).map((ms, call) => ({
    ...timing,
    sample: call < warmupCalls ? call : call - warmupCalls,
    ms,
    warmup: call < warmupCalls,
  }));
}

/** Milliseconds of the calls after the warm-up. */
export const samplesOf = (timings: readonly Timing[]): number[] =>
  timings.filter(({ warmup }) => !warmup).map(({ ms }) => ms);
