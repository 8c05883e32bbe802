import type { RungId } from "../../shared/experiments/ladder.ts";

/** The product in the picture: C (4, 4) = A (4, 5) @ B (5, 4). */
export const PICTURE = { m: 4, k: 5, n: 4 } as const;

/** What one worker touches at one moment; each cell as [row, column]. */
export interface Touch {
  readonly worker: number;
  readonly a: readonly Cell[];
  readonly b: readonly Cell[];
  readonly c: readonly Cell[];
  /** A sum kept in a register is not in memory yet. */
  readonly stores: boolean;
}
export type Cell = readonly [row: number, column: number];

export interface AccessStep {
  readonly touches: readonly Touch[];
  /** The step in words. */
  readonly text: string;
}

const { m: M, k: K, n: N } = PICTURE;
/** The tile in the picture; real tiles are larger, of five or six rows. */
const TILE_ROWS = 2;

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);
const block = (rows: readonly number[], columns: readonly number[]): Cell[] =>
  rows.flatMap((row) => columns.map((column): Cell => [row, column]));
const all = { rows: range(0, M), inner: range(0, K), columns: range(0, N) };

const touch = (a: readonly Cell[], b: readonly Cell[], c: readonly Cell[], stores = true): Touch => ({
  worker: 0,
  a,
  b,
  c,
  stores,
});

/** Which elements a rung touches, step by step; null for libraries whose order is their own. */
export function accessSteps(rung: RungId): readonly AccessStep[] | null {
  switch (rung) {
    case "reference":
      return downColumns("the float64 sum stays in a register", (l) => l === K - 1);
    case "triple-loop":
      return downColumns("C is fetched and stored each time", () => true);
    case "einsum":
      return downColumns("one visit for each (i, j, k) of the formula", () => true);
    case "elementwise":
      return block(all.rows, all.columns).map(([i, j]) => ({
        touches: [touch(block([i], all.inner), block(all.inner, [j]), [[i, j]])],
        text: `row ${i + 1} of A times column ${j + 1} of B, then the sum into C(${i + 1}, ${j + 1})`,
      }));
    case "broadcast":
      return all.rows.map((i) => ({
        touches: [touch(block([i], all.inner), block(all.inner, all.columns), block([i], all.columns))],
        text: `row ${i + 1} of A against all of B, summed into row ${i + 1} of C`,
      }));
    case "cache-order":
      return all.rows.flatMap((i) =>
        block(all.inner, all.columns).map(([l, j]) => ({
          touches: [touch([[i, l]], [[l, j]], [[i, j]])],
          text: `A(${i + 1}, ${l + 1}) times B(${l + 1}, ${j + 1}): B and C are walked along their rows`,
        })),
      );
    case "kernel":
      return [...tile(0, 0), ...tile(0, TILE_ROWS)].map(({ touches, text }) => ({ touches, text }));
    case "sharded": {
      const [first, second] = [tile(0, 0), tile(1, TILE_ROWS)];
      return first.map((step, index) => ({
        touches: [...step.touches, ...(second[index]?.touches ?? [])],
        text: `both workers at once, each on its own rows: ${step.text}`,
      }));
    }
    case "tfjs":
    case "pytorch":
      return null;
  }
}

/** Element by element, i, j, then l: B is walked down its columns, far apart in memory. */
function downColumns(what: string, storesAt: (l: number) => boolean): AccessStep[] {
  return block(all.rows, all.columns).flatMap(([i, j]) =>
    all.inner.map((l) => ({
      touches: [touch([[i, l]], [[l, j]], [[i, j]], storesAt(l))],
      text: `A(${i + 1}, ${l + 1}) times B(${l + 1}, ${j + 1}) onto C(${i + 1}, ${j + 1}); ${what}`,
    })),
  );
}

/** Two rows of C at once, held in registers while l goes by, and stored at the end. */
function tile(worker: number, from: number): AccessStep[] {
  const rows = range(from, from + TILE_ROWS);
  const c = block(rows, all.columns);
  const sums = all.inner.map((l) => ({
    touches: [{ ...touch(block(rows, [l]), block([l], all.columns), c, false), worker }],
    text: `${TILE_ROWS} elements of A, a row of B, ${c.length} sums in registers`,
  }));
  return [
    ...sums,
    { touches: [{ ...touch([], [], c), worker }], text: `the ${c.length} sums are stored in C` },
  ];
}
