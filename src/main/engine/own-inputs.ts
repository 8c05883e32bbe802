import type { Op } from "../../core/ops/op.ts";
import type { Tensor } from "../../core/ops/recording-ops.ts";
import { worthOwnInputs } from "../../core/ops/sharding.ts";
import { same } from "./tensor-ranges.ts";

type Gather = Extract<Op<Tensor>, { op: "gatherRows" | "gatherBytes" }>;
type Linear = Extract<Op<Tensor>, { op: "linear" }>;

/** Whether the op picks rows for a matrix. */
const picksRows = (op: Op<Tensor>): op is Gather =>
  (op.op === "gatherRows" || op.op === "gatherBytes") && op.indices !== null && op.out.shape.length === 2;

/** Whether x @ w is worth it; w is then cut by rows, so it must lie as it is read. */
function isWorth({ x, out, transposeW }: Linear): boolean {
  const [rows = 1, columns = 1] = out.shape;
  return !transposeW && worthOwnInputs(rows, x.shape[1] ?? 1, columns);
}

/**
 * Lets each worker keep to its own inputs in the first layer of a training step: it picks its columns of the batch and
 * multiplies them by its rows of w, which its gradient and its update touch again. See `worthOwnInputs`.
 */
export function ownInputs(ops: readonly Op<Tensor>[]): readonly Op<Tensor>[] {
  const planned: Op<Tensor>[] = [];
  for (const op of ops) {
    const gather = op.op === "linear" && isWorth(op) ? planned.findIndex((one) => gives(one, op.x)) : -1;
    const picked = planned[gather];
    if (op.op !== "linear" || picked === undefined || !picksRows(picked)) {
      planned.push(op);
      continue;
    }
    planned[gather] = { ...picked, byInputs: true };
    planned.push({ ...op, moments: null, byInputs: true });
    // A program with statistics must sum as the one without does, so they are taken afterwards.
    if (op.moments !== null)
      planned.push({ op: "columnMoments", x: op.relu?.out ?? op.out, out: op.moments });
  }
  return planned;
}

const gives = (op: Op<Tensor>, x: Tensor): boolean => picksRows(op) && same(op.out, x);
