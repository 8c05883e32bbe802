import type { Op } from "../../core/ops/op.ts";
import { COST_NS, WORTH_A_WORKER_NS } from "../../core/ops/phase.ts";
import type { Tensor } from "../../core/ops/recording-ops.ts";
import { same } from "./tensor-ranges.ts";

type Gather = Extract<Op<Tensor>, { op: "gatherRows" | "gatherBytes" }>;
type Linear = Extract<Op<Tensor>, { op: "linear" }>;

/** From so many weights for each of the sums that two workers exchange, keeping to their own inputs pays. */
const WORTH_OWN_INPUTS = 8;

/** Whether the op picks rows for a matrix. */
const picksRows = (op: Op<Tensor>): op is Gather =>
  (op.op === "gatherRows" || op.op === "gatherBytes") && op.indices !== null && op.out.shape.length === 2;

/**
 * Whether weights stay with their workers at the price of a sum for each row and column that goes between them. Where
 * that takes half a microsecond a line and back, steps of 64 rows took 0.88 of the time by rows (784-256-128-10;
 * 784-50-10 0.90, with Adam 0.82), of 128 rows about 1, of 512 rows 1.05 (two cores of a Zen 5 in two places of the chip,
 * December 2026). w is cut by rows, so it must lie as it is read.
 */
function isWorth({ x, out, transposeW }: Linear): boolean {
  const [rows = 1, columns = 1] = out.shape;
  const [, depth = 1] = x.shape;
  const costNs = rows * depth * columns * COST_NS.multiplyAdd;
  return !transposeW && WORTH_OWN_INPUTS * rows <= depth && costNs >= 2 * WORTH_A_WORKER_NS;
}

/**
 * Lets each worker keep to its own inputs in the first layer of a training step of few rows: it picks its columns of the
 * batch and multiplies them by its rows of w, which their gradient and update touch again. So both stay in its core's cache.
 */
export function ownInputs(ops: readonly Op<Tensor>[]): readonly Op<Tensor>[] {
  const planned: Op<Tensor>[] = [];
  for (const op of ops) {
    const gather =
      op.op === "linear" && isWorth(op)
        ? planned.findLast((one): one is Gather => picksRows(one) && same(one.out, op.x))
        : undefined;
    if (op.op !== "linear" || gather === undefined) {
      planned.push(op);
      continue;
    }
    planned[planned.indexOf(gather)] = { ...gather, byInputs: true };
    planned.push({ ...op, moments: null, byInputs: true });
    // A program with statistics must sum as the one without does, so they are taken afterwards.
    if (op.moments !== null)
      planned.push({ op: "columnMoments", x: op.relu?.out ?? op.out, out: op.moments });
  }
  return planned;
}
