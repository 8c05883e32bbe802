import { finishComparison, type PartialComparison } from "../../../../core/gradient-check.ts";
import type { Tensor } from "../../../../core/ops/recording-ops.ts";
import { scaledNormal } from "../../../../core/init/scaled-normal.ts";
import { normal } from "../../../../core/random/normal.ts";
import { randomStream } from "../../../../core/random/random-stream.ts";
import { median } from "../../../../core/statistics.ts";
import type { Timing } from "../../../../shared/run-records.ts";
import type { RungAnswer, WorkerTask } from "../../../../shared/worker-tasks.ts";
import { ExperimentCancelled } from "../../experiment-cancelled.ts";
import { elapsedBetween, execute, record } from "../../programs.ts";
import type { CellRunner } from "../cell-runner.ts";
import type { NotebookSession } from "../session.ts";

/** The shapes of the notebook's matmul.py. */
const [M, K, N] = [100, 1000, 100];
const WARMUP_CALLS = 3;
const REFERENCE = "reference";

/** Rungs in plain TypeScript by the names of the cell's quantities. */
const PLAIN_RUNGS = {
  basic: "triple-loop",
  elementwise: "elementwise",
  broadcast: "broadcast",
  einsum: "einsum",
  loop: "cache-order",
} as const;

interface Operands {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly out: Tensor;
  /** The float64 product that every rung must equal. */
  readonly expected: Tensor;
}

interface RungResult {
  readonly coldMs: number;
  readonly samplesMs: readonly number[];
}

async function oneBlock<Answer>(
  session: NotebookSession,
  task: (worker: number) => WorkerTask,
): Promise<Answer> {
  const answers = await session.engine.runBlocks([task], { threads: 1 });
  if (answers === null) throw new ExperimentCancelled("cancelled");
  return answers[0] as Answer;
}

/** One plain rung, on one worker. */
const runPlain = (
  session: NotebookSession,
  rung: string,
  { a, b }: Operands,
  out: Tensor,
): Promise<RungResult> =>
  oneBlock<RungAnswer>(session, (worker) => ({
    kind: "rung",
    worker,
    rung,
    a,
    b,
    out,
    samples: rung === REFERENCE ? 0 : session.settings.samples,
  }));

/** The engine's product: a cold call, warm-up, samples, all in one dispatch. */
async function runKernel(
  session: NotebookSession,
  threads: number,
  { a, b, out }: Operands,
): Promise<RungResult> {
  const scope = session.engine.arena.scope();
  try {
    const program = record(scope, (ops) => {
      ops.run({ op: "mark", name: "begin" });
      ops.run({ op: "matmul", a, b, out, transposeA: false, transposeB: false, accumulate: false });
      ops.run({ op: "mark", name: "end" });
    });
    const repeats = 1 + WARMUP_CALLS + session.settings.samples;
    const records = await execute(session.engine, [{ program, repeats }], { threads });
    const [coldMs = NaN, ...warm] = elapsedBetween(records, "begin", "end");
    return { coldMs, samplesMs: warm.slice(WARMUP_CALLS) };
  } finally {
    scope.release();
  }
}

/** Cell 1: every rung once cold, then warm, each compared with the float64 product. */
export const climbLadder: CellRunner = async (session, progress) => {
  const { engine, settings } = session;
  const scope = engine.arena.scope();
  try {
    const operands: Operands = {
      a: scope.tensor("A", [M, K]),
      b: scope.tensor("B", [K, N]),
      out: scope.tensor("C", [M, N]),
      expected: scope.tensor("C in float64", [M, N], "float64"),
    };
    const stream = randomStream(settings.seed, 1);
    session.write(operands.a, normal(stream, M * K));
    // Scaled like weights, so that C's entries are near 1 and float32 rounding stays below atol at every entry.
    session.write(operands.b, scaledNormal(stream, [K, N], 1 / Math.sqrt(K)));
    await runPlain(session, REFERENCE, operands, operands.expected);

    const rungs: Record<string, () => Promise<RungResult>> = {
      ...Object.fromEntries(
        Object.entries(PLAIN_RUNGS).map(([name, rung]) => [
          name,
          () => runPlain(session, rung, operands, operands.out),
        ]),
      ),
      kernel: () => runKernel(session, 1, operands),
      matmul: () => runKernel(session, settings.threads, operands),
    };
    const measured: Record<string, number | boolean> = { verified: true };
    const timings: Timing[] = [];
    let maxDifference = 0;
    for (const [index, [name, run]] of Object.entries(rungs).entries()) {
      progress.phase(`rung ${name}`);
      progress.progress(index / Object.keys(rungs).length);
      const { coldMs, samplesMs } = await run();
      const comparison = finishComparison(
        await oneBlock<PartialComparison>(session, (worker) => ({
          kind: "compare",
          worker,
          ours: operands.out,
          reference: operands.expected,
          begin: 0,
          end: M * N,
          allowances: new Map(),
        })),
      );
      maxDifference = Math.max(maxDifference, comparison.maxAbs);
      // A rung that is wrong is named by the verdict, and its times are not kept.
      if (!comparison.allclose) {
        measured["verified"] = false;
        continue;
      }
      measured[name] = median(samplesMs) / 1000;
      if (name === "matmul") measured["torch"] = coldMs / 1000;
      const base = {
        stage: name,
        pass: "call" as const,
        threads: name === "matmul" ? settings.threads : 1,
        rows: M,
      };
      timings.push({ ...base, sample: 0, ms: coldMs, warmup: true });
      timings.push(...samplesMs.map((ms, sample) => ({ ...base, sample, ms, warmup: false })));
    }
    measured["maxDifference"] = maxDifference;
    return { measured, details: { timings } };
  } finally {
    scope.release();
  }
};
