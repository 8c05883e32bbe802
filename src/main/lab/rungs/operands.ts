import {
  finishComparison,
  mergeComparisons,
  type GradientComparison,
  type PartialComparison,
} from "../../../core/gradient-check.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { shardRange } from "../../../core/ops/shard-range.ts";
import type { ProductShape } from "../../../shared/experiments/ladder.ts";
import type { RungAnswer } from "../../../shared/engine/worker-tasks.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import { runTasks } from "../compute/programs.ts";

/** Rung 0: what all others must equal. */
const REFERENCE = "reference";
/** Streams of a seed: the notebook's cells have the first ones. */
const STREAMS = { a: 1, b: 2 } as const;

/** A product in the arena: its factors, the place of the result, and what the result must be. */
export interface Operands {
  readonly shape: ProductShape;
  readonly a: Tensor;
  readonly b: Tensor;
  readonly out: Tensor;
  /** The product in float64. */
  readonly expected: Tensor;
}

/** Tensors for A, B and C in float32 and for C in float64; nothing is written. */
export const placeOperands = (scope: Scope, shape: ProductShape): Operands => ({
  shape,
  a: scope.tensor("A", [shape.m, shape.k]),
  b: scope.tensor("B", [shape.k, shape.n]),
  out: scope.tensor("C", [shape.m, shape.n]),
  expected: scope.tensor("C in float64", [shape.m, shape.n], "float64"),
});

/**
 * Draws the factors and computes their product in float64, on the workers. B is scaled like weights, so that the
 * product's entries are near 1 and float32 rounding stays below atol at every entry.
 *
 * @throws {OutOfMemoryError} @throws {ExperimentCancelled} @throws {TaskError}
 */
export async function makeOperands(
  engine: Engine,
  scope: Scope,
  shape: ProductShape,
  options: { readonly seed: number; readonly threads: number },
): Promise<Operands> {
  const { k } = shape;
  const { seed, threads } = options;
  const operands = placeOperands(scope, shape);
  const { a, b } = operands;
  await runTasks<undefined>(
    engine,
    [
      (worker) => ({ kind: "fill", worker, tensor: a, seed, stream: STREAMS.a, std: 1 }),
      (worker) => ({ kind: "fill", worker, tensor: b, seed, stream: STREAMS.b, std: 1 / Math.sqrt(k) }),
    ],
    { threads: Math.min(2, threads) },
  );
  await computeReference(engine, operands, threads);
  return operands;
}

const rowsOf = (tensor: Tensor, begin: number, end: number, elementBytes: number): Tensor => {
  const [, columns = 0] = tensor.shape;
  return {
    ...tensor,
    shape: [end - begin, columns],
    offsetBytes: tensor.offsetBytes + begin * columns * elementBytes,
  };
};

async function computeReference(engine: Engine, operands: Operands, threads: number): Promise<void> {
  const { a, b, expected, shape } = operands;
  const shares = Math.min(threads, shape.m);
  await runTasks<RungAnswer>(
    engine,
    Array.from({ length: shares }, (_, share) => (worker) => {
      const { begin, end } = shardRange(shape.m, share, shares);
      return {
        kind: "rung",
        worker,
        rung: REFERENCE,
        a: rowsOf(a, begin, end, 4),
        b,
        out: rowsOf(expected, begin, end, 8),
        warmupCalls: 0,
        callsPerSample: 1,
        samples: 1,
        limitMs: Infinity,
      };
    }),
    { threads },
  );
}

/** Compares what a rung left in `out` with the float64 product. @throws {ExperimentCancelled} @throws {TaskError} */
export async function compareWithReference(
  engine: Engine,
  { out, expected, shape }: Operands,
  threads: number,
): Promise<GradientComparison> {
  const elements = shape.m * shape.n;
  const parts = await runTasks<PartialComparison>(
    engine,
    Array.from({ length: threads }, (_, share) => (worker) => ({
      kind: "compare",
      worker,
      ours: out,
      reference: expected,
      ...shardRange(elements, share, threads),
      allowances: new Map(),
    })),
    { threads },
  );
  return finishComparison(parts.reduce(mergeComparisons));
}
