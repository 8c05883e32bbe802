import { permutationSteps } from "../random/permutation.ts";
import { randomStream } from "../random/random-stream.ts";
import type { Steps } from "../steps.ts";

/** A stream of its own, away from those that draw weights and shuffle epochs. */
const SPLIT_STREAM = 92;
const STREAM_OF_VALID = 93;
const ROWS_A_STEP = 1 << 16;

/** Rows of each split in their new order: `order` has the training rows first, then validation, then test. */
export interface RowSplit {
  readonly order: Int32Array;
  readonly trainRows: number;
  readonly validRows: number;
  readonly testRows: number;
}

export interface SeededSplit {
  readonly seed: number;
  readonly validShare: number;
  readonly testShare: number;
}

/** Rows, in the order given by `rowAt`, split by split. */
function* ordered(
  count: number,
  rowAt: (index: number) => number,
  splitOf: (row: number) => 0 | 1 | 2,
): Steps<RowSplit> {
  const splits = new Uint8Array(count);
  const sizes = [0, 0, 0];
  for (let index = 0; index < count; index++) {
    const split = splitOf(rowAt(index));
    splits[index] = split;
    sizes[split] = (sizes[split] ?? 0) + 1;
    if (index % ROWS_A_STEP === 0) yield;
  }
  const [trainRows = 0, validRows = 0, testRows = 0] = sizes;
  const order = new Int32Array(count);
  const places = [0, trainRows, trainRows + validRows];
  for (let index = 0; index < count; index++) {
    const split = splits[index] ?? 0;
    const place = places[split] ?? 0;
    order[place] = rowAt(index);
    places[split] = place + 1;
    if (index % ROWS_A_STEP === 0) yield;
  }
  return { order, trainRows, validRows, testRows };
}

/**
 * Mixes `count` rows by a seed and gives shares of them to validation and test; with `labels`, of each class as near to its
 * share as whole rows allow, and one row of it at least to train on.
 */
export function* splitBySeed(
  count: number,
  { seed, validShare, testShare }: SeededSplit,
  labels: ArrayLike<number> | null,
): Steps<RowSplit> {
  const mixed = yield* permutationSteps(randomStream(seed, SPLIT_STREAM), count);
  const labelOf = (row: number): number => labels?.[row] ?? 0;
  const sizes = new Map<number, number>();
  for (let row = 0; row < count; row++) {
    sizes.set(labelOf(row), (sizes.get(labelOf(row)) ?? 0) + 1);
    if (row % ROWS_A_STEP === 0) yield;
  }
  const left = new Map<number, { valid: number; test: number }>();
  for (const [label, size] of sizes) {
    const test = Math.min(size - 1, Math.round(size * testShare));
    left.set(label, { test, valid: Math.min(size - 1 - test, Math.round(size * validShare)) });
  }
  const splitOf = (row: number): 0 | 1 | 2 => {
    const quota = left.get(labelOf(row));
    if (quota === undefined) return 0;
    if (quota.test > 0) {
      quota.test--;
      return 2;
    }
    if (quota.valid > 0) {
      quota.valid--;
      return 1;
    }
    return 0;
  };
  return yield* ordered(count, (index) => mixed[index] ?? 0, splitOf);
}

/** The rows as they lie: the last ones are for test, those before them for validation. */
export function splitInOrder(count: number, { validShare, testShare }: Omit<SeededSplit, "seed">): RowSplit {
  const test = Math.min(count - 1, Math.round(count * testShare));
  const valid = Math.min(count - 1 - test, Math.round(count * validShare));
  const train = count - test - valid;
  return {
    order: Int32Array.from({ length: count }, (_, row) => row),
    trainRows: train,
    validRows: valid,
    testRows: test,
  };
}

/**
 * As each row says: 0 train, 1 validation, 2 test; rows keep their order. With `validShare`, and where no row says 1, a
 * share of the training rows is drawn for validation by the seed, of each class alike.
 */
export function* splitAsGiven(
  given: Uint8Array,
  drawn: {
    readonly seed: number;
    readonly validShare: number;
    readonly labels: ArrayLike<number> | null;
  } | null = null,
): Steps<RowSplit> {
  const own = Uint8Array.from(given);
  if (drawn !== null && drawn.validShare > 0 && !given.includes(1)) {
    const train = Int32Array.from(given.keys()).filter((row) => given[row] === 0);
    const { labels } = drawn;
    const ofTrain = labels === null ? null : Int32Array.from(train, (row) => labels[row] ?? 0);
    const { order, trainRows, validRows } = yield* splitBySeed(
      train.length,
      { seed: (drawn.seed + STREAM_OF_VALID) >>> 0, validShare: drawn.validShare, testShare: 0 },
      ofTrain,
    );
    for (const place of order.subarray(trainRows, trainRows + validRows)) own[train[place] ?? 0] = 1;
  }
  const splitOf = (row: number): 0 | 1 | 2 => (own[row] === 1 ? 1 : own[row] === 2 ? 2 : 0);
  return yield* ordered(own.length, (row) => row, splitOf);
}
