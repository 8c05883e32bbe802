import { median } from "../../../../core/statistics.ts";
import { LADDER_PRESETS, type RungId } from "../../../../shared/experiments/ladder.ts";
import type { Timing } from "../../../../shared/runs/run-records.ts";
import { compareWithReference, makeOperands } from "../../rungs/operands.ts";
import { ownContenders } from "../../rungs/own-contenders.ts";
import type { CellRunner } from "../cell-runner.ts";

const [SHAPE] = LADDER_PRESETS.notebook.shapes;
const WARMUP_CALLS = 3;

/** Rungs by the names of the cell's quantities. */
const QUANTITIES: Readonly<Partial<Record<RungId, string>>> = {
  "triple-loop": "basic",
  elementwise: "elementwise",
  broadcast: "broadcast",
  einsum: "einsum",
  "cache-order": "loop",
  kernel: "kernel",
  sharded: "matmul",
};

/** Cell 1: every rung once cold, then warm, each compared with the float64 product. The ladder itself is more thorough. */
export const climbLadder: CellRunner = async (session, activity) => {
  const { engine, settings } = session;
  const { threads, seed, samples } = settings;
  const scope = engine.arena.scope();
  try {
    const operands = await makeOperands(engine, scope, SHAPE, { seed, threads });
    const contenders = ownContenders(engine, operands, [threads]).filter(({ rung }) => rung in QUANTITIES);
    const measured: Record<string, number | boolean> = { verified: true };
    const timings: Timing[] = [];
    let maxDifference = 0;
    for (const [index, contender] of contenders.entries()) {
      const name = QUANTITIES[contender.rung] ?? contender.rung;
      activity.phase(`rung ${name}`);
      activity.progress(index / contenders.length);
      const first = await contender.first(Infinity);
      const coldMs = "coldMs" in first ? first.coldMs : NaN;
      const { maxAbs, allclose } = await compareWithReference(engine, operands, threads);
      maxDifference = Math.max(maxDifference, maxAbs);
      // A rung that is wrong is named by the verdict and never timed.
      if (!allclose) {
        measured["verified"] = false;
        continue;
      }
      const samplesMs = (await contender.sample(1, WARMUP_CALLS + samples)).slice(WARMUP_CALLS);
      measured[name] = median(samplesMs) / 1000;
      if (contender.rung === "sharded") measured["torch"] = coldMs / 1000;
      const base = { stage: name, pass: "call" as const, threads: contender.threads, rows: SHAPE.m };
      timings.push({ ...base, sample: 0, ms: coldMs, warmup: true });
      timings.push(...samplesMs.map((ms, sample) => ({ ...base, sample, ms, warmup: false })));
    }
    measured["maxDifference"] = maxDifference;
    return { measured, details: { timings } };
  } finally {
    scope.release();
  }
};
