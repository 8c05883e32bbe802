import type { Stage, StageGradients, StageTensors } from "../../../core/stages/stage.ts";
import { RecordingOps, type Program, type Tensor } from "../../../core/ops/recording-ops.ts";
import type { Timing } from "../../../shared/runs/run-records.ts";
import type { PassReport, StageResult } from "../../../shared/experiments/stages.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import { planSections, type Section } from "../../engine/plan.ts";
import {
  PASS_MARKS,
  passTimings,
  recordPasses,
  samplesOf,
  timesOf,
  WARMUP_CALLS,
} from "../compute/pass-timings.ts";
import { execute } from "../compute/programs.ts";
import { GRADIENT_NAMES } from "../compute/notebook-network.ts";
import { STAGE_SHIFT, stageChunkRows } from "./stage-inputs.ts";

/** How stages are measured. */
export interface StageEffort {
  readonly threads: number;
  readonly rows: number;
  readonly samples: number;
  /** 0 to 1. */
  readonly onProgress: (fraction: number) => void;
}

/** What a stage gave: its numbers, every time that was taken, and its gradients. */
export interface MeasuredStage {
  readonly result: Omit<StageResult, "id" | "status" | "note">;
  readonly timings: readonly Timing[];
  readonly gradients: StageGradients<Tensor>;
}

export const passReport = (samplesMs: readonly number[], cpuMs: number): PassReport => ({
  ...timesOf(samplesMs),
  samplesMs: [...samplesMs],
  cpuMs,
});

/** Bytes of what the engine allocates for a program while it runs: partial sums, and scratch of every worker. */
function runningBytes(
  section: Section,
  threads: number,
  cacheBytes: number,
): { readonly bytes: number; readonly groups: number } {
  let partialBytes = 0;
  const { sections, scratchBytes, workers } = planSections(
    [section],
    threads,
    (bytes) => {
      partialBytes += bytes;
      return 0;
    },
    { cacheBytes },
  );
  const groups = sections.reduce((sum, { groups }) => sum + groups.length, 0);
  return { bytes: partialBytes + workers * scratchBytes, groups };
}

/** Records a stage, its gradients into `kept` and all else into `passing`; nothing is written. */
export function recordStage(
  stage: Stage,
  tensors: StageTensors<Tensor>,
  { kept, passing, threads }: { readonly kept: Scope; readonly passing: Scope; readonly threads: number },
): {
  readonly program: Program;
  readonly loss: Tensor;
  readonly gradients: StageGradients<Tensor>;
} {
  const keptNames = new Set(GRADIENT_NAMES.map((tensor) => `${tensor}.g`));
  const ops = new RecordingOps((tensor, shape, dtype) =>
    (keptNames.has(tensor) ? kept : passing).tensor(tensor, shape, dtype),
  );
  const options = { shift: STAGE_SHIFT, chunkRows: stageChunkRows(threads) };
  const { loss, gradients } = recordPasses(ops, stage.build(ops, tensors, options), { backward: true });
  if (gradients === null) throw new TypeError("recordStage: no backward pass was recorded");
  return { program: ops.program(), loss, gradients };
}

/**
 * Measures one of our stages. Its gradients live in `kept`; everything else it allocates is freed.
 *
 * Forward alone, forward and backward with the clock read in between, and both in one go run in dispatches of their
 * own, so that each has its processor time: that of the backward pass is a difference.
 *
 * @throws {ExperimentCancelled} @throws {TaskError} @throws {OutOfMemoryError}
 */
export async function measureStage(
  engine: Engine,
  { name, stage, opByOp }: { readonly name: string; readonly stage: Stage; readonly opByOp: boolean },
  tensors: StageTensors<Tensor>,
  kept: Scope,
  effort: StageEffort,
): Promise<MeasuredStage> {
  const { threads, rows, samples } = effort;
  const { arena } = engine;
  const bytesBefore = arena.usedBytes;
  const passing = arena.scope();
  try {
    const { program: marked, loss, gradients } = recordStage(stage, tensors, { kept, passing, threads });
    const unmarked: Program = { ops: marked.ops.filter(({ op }) => op !== "mark") };
    const running = runningBytes({ program: unmarked, repeats: 1, opByOp }, threads, engine.cacheBytes);

    let calls = 0;
    const all = WARMUP_CALLS + 3 * samples;
    const time = async (
      program: Program,
      repeats: number,
    ): Promise<{ records: Awaited<ReturnType<typeof execute>>; cpuMs: number }> => {
      const usage = process.cpuUsage();
      const records = await execute(engine, [{ program, repeats, opByOp }], {
        threads,
        onProgress: (done) => {
          effort.onProgress((calls + done) / all);
        },
      });
      calls += repeats;
      const { user, system } = process.cpuUsage(usage);
      return { records, cpuMs: (user + system) / 1000 / repeats };
    };
    const timing = { stage: name, threads, rows };
    const warm = await time(marked, WARMUP_CALLS);
    const forward = await time(untilMark(marked, PASS_MARKS.middle), samples);
    const passes = await time(marked, samples);
    const both = await time(withoutMark(marked, PASS_MARKS.middle), samples);
    const timings = {
      warm: (["forward", "backward"] as const).flatMap((pass) =>
        passTimings(warm.records, { ...timing, pass, warmupCalls: WARMUP_CALLS }),
      ),
      forward: passTimings(forward.records, { ...timing, pass: "forward", warmupCalls: 0 }),
      backward: passTimings(passes.records, { ...timing, pass: "backward", warmupCalls: 0 }),
      both: passTimings(both.records, { ...timing, pass: "call", warmupCalls: 0 }),
    };
    return {
      result: {
        loss: viewOf(arena.memory, loss, "float32")[0] ?? NaN,
        forward: passReport(samplesOf(timings.forward), forward.cpuMs),
        backward: passReport(samplesOf(timings.backward), passes.cpuMs - forward.cpuMs),
        both: passReport(samplesOf(timings.both), both.cpuMs),
        peakBytes: arena.usedBytes - bytesBefore + running.bytes,
        ops: unmarked.ops.length,
        groups: running.groups,
      },
      timings: Object.values(timings).flat(),
      gradients,
    };
  } finally {
    passing.release();
  }
}

const isMark = (op: Program["ops"][number], name: string): boolean => op.op === "mark" && op.name === name;

const untilMark = ({ ops }: Program, name: string): Program => ({
  ops: ops.slice(0, ops.findIndex((op) => isMark(op, name)) + 1),
});

const withoutMark = ({ ops }: Program, name: string): Program => ({
  ops: ops.filter((op) => !isMark(op, name)),
});
