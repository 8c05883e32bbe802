import type { Steps } from "../steps.ts";

/** Rows of one width, one after the other. */
export interface Rows {
  readonly values: Uint8Array | Float32Array;
  readonly width: number;
}

const VALUES_A_STEP = 1 << 18;
/** Wider rows are copied by a call, which costs more than some values do. */
const COPIED_BY_CALL = 64;

function copyRow({ values, width }: Rows, from: number, to: number): void {
  if (width > COPIED_BY_CALL) values.copyWithin(to * width, from * width, (from + 1) * width);
  else for (let j = 0; j < width; j++) values[to * width + j] = values[from * width + j] ?? 0;
}

/**
 * Puts rows into a new order in their own memory: row i becomes what row order[i] was. Each array is walked along the
 * order's cycles, so that a row is read once and nothing is kept twice.
 *
 * @param order A permutation; afterwards it is 0, 1, 2, ….
 */
export function* permuteRows(order: Int32Array, arrays: readonly Rows[]): Steps<undefined> {
  const widest = arrays.reduce((most, { width }) => Math.max(most, width), 1);
  const rowsAStep = Math.max(1, Math.floor(VALUES_A_STEP / widest));
  let moved = 0;
  for (let first = 0; first < order.length; first++) {
    if (order[first] === first) continue;
    const kept = arrays.map(({ values, width }) => values.slice(first * width, (first + 1) * width));
    let place = first;
    for (;;) {
      const source = order[place] ?? first;
      order[place] = place;
      if (source === first) break;
      for (const rows of arrays) copyRow(rows, source, place);
      place = source;
      if (++moved % rowsAStep === 0) yield;
    }
    for (const [index, { values, width }] of arrays.entries()) values.set(kept[index] ?? [], place * width);
  }
  return undefined;
}
