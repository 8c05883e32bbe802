import type { Op } from "../../../core/ops/op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import type { BufferTensor } from "../../../core/tensor/lower/lowered.ts";
import { mapTensors } from "../../../core/tensor/lower/map-tensors.ts";
import { groupPhases } from "../../engine/group-phases.ts";

/** Where a program's temporaries lie in one stretch of memory. */
export interface MemoryLayout {
  readonly bytes: number;
  /** First byte of each, by its buffer's place in the program's structure. */
  readonly offsets: ReadonlyMap<number, number>;
}

/** Buffers stand so far apart while nothing is known of where they lie: more than any of them has bytes. */
const APART_BYTES = 2 ** 32;

interface Lifetime {
  readonly place: number;
  readonly bytes: number;
  first: number;
  last: number;
}

/**
 * Lets temporaries that are never needed at the same time lie in the same memory. Times are groups of steps that go
 * through their rows together: inside of one nothing is shared, so that the groups stay what they are.
 *
 * @param buffers The program's buffers in the order of its structure. @param sizes Bytes of the temporaries among them.
 */
export function shareMemory(
  ops: readonly Op<BufferTensor>[],
  buffers: readonly number[],
  sizes: ReadonlyMap<number, number>,
): MemoryLayout {
  const placeOf = new Map(buffers.map((buffer, place) => [buffer, place]));
  const apart = ops.map(
    (op) =>
      mapTensors(op, ({ name, shape, dtype, buffer }): Tensor => {
        return { name, shape, dtype, offsetBytes: (placeOf.get(buffer) ?? 0) * APART_BYTES };
      }) as Op<Tensor>,
  );
  const lifetimes = new Map<number, Lifetime>();
  let time = 0;
  // Cells' programs pick no rows of a batch, so more workers would change no group.
  for (const { phases } of groupPhases(apart, { threads: 1 })) {
    // The second phases of a group's reductions follow it, and belong to its time.
    if (phases[0]?.phase.name !== "reduce") time++;
    for (const { offsetBytes } of phases.flatMap(({ phase }) => phase.accesses.map(({ tensor }) => tensor))) {
      const place = Math.floor(offsetBytes / APART_BYTES);
      const bytes = sizes.get(buffers[place] ?? -1);
      const known = lifetimes.get(place);
      if (known !== undefined) known.last = time;
      else if (bytes !== undefined) lifetimes.set(place, { place, bytes, first: time, last: time });
    }
  }
  return pack([...lifetimes.values()]);
}

/** The largest first, each at the lowest place that is free all its life. */
function pack(lifetimes: readonly Lifetime[]): MemoryLayout {
  const placed: (Lifetime & { readonly begin: number; readonly end: number })[] = [];
  for (const one of lifetimes.toSorted((a, b) => b.bytes - a.bytes)) {
    const length = Math.ceil(one.bytes / 64) * 64;
    const inTheWay = placed
      .filter((other) => other.first <= one.last && one.first <= other.last)
      .toSorted((a, b) => a.begin - b.begin);
    let begin = 0;
    for (const other of inTheWay) if (other.begin < begin + length) begin = Math.max(begin, other.end);
    placed.push({ ...one, begin, end: begin + length });
  }
  return {
    bytes: placed.reduce((most, { end }) => Math.max(most, end), 0),
    offsets: new Map(placed.map(({ place, begin }) => [place, begin])),
  };
}
