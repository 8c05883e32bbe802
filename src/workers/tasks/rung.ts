import { ContractError } from "../../core/errors.ts";
import { LADDER } from "../../core/matmul-rungs/ladder.ts";
import type { Tensor } from "../../core/ops/recording-ops.ts";
import { viewOf } from "../../shared/engine/tensor-view.ts";
import type { RungAnswer, RungTask } from "../../shared/engine/worker-tasks.ts";
import type { Control } from "../program/control.ts";

/**
 * Multiply-adds between two heartbeats: a millisecond or two. Few long calls would also stay in code that V8 compiled in
 * the middle of a loop, which takes three times as long as what it makes of a function that is called often (triple
 * loop at 100×1000×100, V8 13.0, November 2026).
 */
const BLOCK_MULTIPLY_ADDS = 1e5;
/** A call is given up only after this long: before, the code may not be compiled yet. */
const JUDGE_AFTER_MS = 300;

/** Float tensors of either width, as the rungs take them. */
const floats = (memory: WebAssembly.Memory, tensor: Tensor): Float32Array | Float64Array =>
  tensor.dtype === "float64" ? viewOf(memory, tensor, "float64") : viewOf(memory, tensor, "float32");

/** Thrown out of a call that would take too long. */
class GivenUp extends Error {
  readonly wholeMs: number;

  constructor(wholeMs: number) {
    super("given up");
    this.wholeMs = wholeMs;
  }
}

/**
 * Times samples of a rung. A call goes through the rows of A in blocks, each a product of its own by the same rung, so
 * that even a slow rung shows signs of life and can be stopped.
 */
export function runRung(task: RungTask, memory: WebAssembly.Memory, control: Control): RungAnswer {
  const rung = LADDER.find(({ id }) => id === task.rung);
  if (rung === undefined) {
    throw new ContractError(`no rung "${task.rung}"; the rungs are ${LADDER.map(({ id }) => id).join(", ")}`);
  }
  const [m = 0, k = 0] = task.a.shape;
  const [, n = 0] = task.b.shape;
  const [a, b, out] = [floats(memory, task.a), floats(memory, task.b), floats(memory, task.out)];
  const blockRows = Math.max(1, Math.floor(BLOCK_MULTIPLY_ADDS / Math.max(1, k * n)));
  const giveUpIfSlow = (startedMs: number, rows: number): void => {
    const elapsedMs = performance.now() - startedMs;
    const wholeMs = (elapsedMs * m) / rows;
    if (elapsedMs > JUDGE_AFTER_MS && wholeMs > task.limitMs) throw new GivenUp(wholeMs);
  };
  const call = (): void => {
    const startedMs = performance.now();
    for (let begin = 0; begin < m; begin += blockRows) {
      control.beat();
      const end = Math.min(m, begin + blockRows);
      rung.run(a.subarray(begin * k, end * k), b, out.subarray(begin * n, end * n), end - begin, k, n);
      if (end < m) giveUpIfSlow(startedMs, end);
    }
  };
  const sample = (): number => {
    const startedMs = performance.now();
    for (let repeat = 0; repeat < task.callsPerSample; repeat++) call();
    return (performance.now() - startedMs) / task.callsPerSample;
  };
  const samplesMs: number[] = [];
  try {
    for (let repeat = 0; repeat < task.warmupCalls; repeat++) call();
    while (samplesMs.length < task.samples) samplesMs.push(sample());
  } catch (error) {
    if (!(error instanceof GivenUp)) throw error;
    return { samplesMs, givenUpMs: error.wholeMs };
  }
  return { samplesMs, givenUpMs: null };
}
