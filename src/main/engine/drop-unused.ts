import type { Op } from "../../core/ops/op.ts";
import type { Tensor } from "../../core/ops/recording-ops.ts";
import { phasesOf } from "../../core/ops/sharding.ts";
import { Buffers, rangeOf, type ByteRange } from "./tensor-ranges.ts";

interface Uses {
  readonly reads: readonly ByteRange[];
  readonly writes: readonly ByteRange[];
}

/** What an op reads and writes, by place; an output that is added to counts as written only. */
function usesOf(op: Op<Tensor>): Uses {
  const accesses = phasesOf(op).flatMap((phase) => phase.accesses);
  const ranges = (write: boolean): ByteRange[] =>
    accesses.filter((access) => access.write === write).map(({ tensor }) => rangeOf(tensor));
  return { reads: ranges(false), writes: ranges(true) };
}

/**
 * The ops that `results`, a record or a mark depend on, in their order. A training step, for example, writes its
 * backward pass down in full and has no use for the gradient of the data.
 *
 * A buffer that any needed op reads a part of is needed wherever it is written: a program repeats, so the order says
 * nothing.
 */
export function dropUnused(ops: readonly Op<Tensor>[], results: readonly Tensor[]): readonly Op<Tensor>[] {
  const uses = new Map(ops.map((op) => [op, usesOf(op)]));
  const wanted = results.map(rangeOf);
  const buffers = new Buffers([
    ...wanted,
    ...[...uses.values()].flatMap(({ reads, writes }) => [...reads, ...writes]),
  ]);
  const needed = new Set(wanted.map((range) => buffers.of(range)));
  const kept = new Set<Op<Tensor>>();
  const isNeeded = (op: Op<Tensor>): boolean =>
    op.op === "record" ||
    op.op === "mark" ||
    uses.get(op)!.writes.some((range) => needed.has(buffers.of(range)));
  for (let before = -1; before !== kept.size;) {
    before = kept.size;
    for (const op of ops) {
      if (kept.has(op) || !isNeeded(op)) continue;
      kept.add(op);
      for (const range of uses.get(op)!.reads) needed.add(buffers.of(range));
    }
  }
  return ops.filter((op) => kept.has(op));
}
