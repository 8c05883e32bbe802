import type { Op } from "../../core/ops/op.ts";
import type { Tensor } from "../../core/ops/recording-ops.ts";
import { phasesOf } from "../../core/ops/sharding.ts";

interface Uses {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

/** What an op reads and writes, by place; an output that is added to counts as written only. */
function usesOf(op: Op<Tensor>): Uses {
  const accesses = phasesOf(op).flatMap((phase) => phase.accesses);
  const places = (write: boolean): number[] =>
    accesses.filter((access) => access.write === write).map(({ tensor }) => tensor.offsetBytes);
  return { reads: places(false), writes: places(true) };
}

/**
 * The ops that `results`, a record or a mark depend on, in their order. A training step, for example, writes its
 * backward pass down in full and has no use for the gradient of the data.
 *
 * A tensor that any needed op reads is needed wherever it is written: a program repeats, so the order says nothing.
 */
export function dropUnused(ops: readonly Op<Tensor>[], results: readonly Tensor[]): readonly Op<Tensor>[] {
  const needed = new Set(results.map(({ offsetBytes }) => offsetBytes));
  const kept = new Set<Op<Tensor>>();
  const uses = new Map(ops.map((op) => [op, usesOf(op)]));
  const isNeeded = (op: Op<Tensor>): boolean =>
    op.op === "record" || op.op === "mark" || uses.get(op)!.writes.some((place) => needed.has(place));
  for (let before = -1; before !== kept.size;) {
    before = kept.size;
    for (const op of ops) {
      if (kept.has(op) || !isNeeded(op)) continue;
      kept.add(op);
      for (const place of uses.get(op)!.reads) needed.add(place);
    }
  }
  return ops.filter((op) => kept.has(op));
}
