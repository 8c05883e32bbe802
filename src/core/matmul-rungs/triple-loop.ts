// Rung 1: three loops, each element fetched and stored through an accessor, as a[i, k] is in Python.
import type { Matrix, Rung } from "./rung.ts";

/** A matrix whose elements are reached one by one, each access checked. */
class Elements {
  readonly #data: Matrix;
  readonly #rows: number;
  readonly #columns: number;

  constructor(data: Matrix, rows: number, columns: number) {
    this.#data = data;
    this.#rows = rows;
    this.#columns = columns;
  }

  get(row: number, column: number): number {
    return this.#data[this.#index(row, column)];
  }

  set(row: number, column: number, value: number): void {
    this.#data[this.#index(row, column)] = value;
  }

  #index(row: number, column: number): number {
    if (row < 0 || row >= this.#rows || column < 0 || column >= this.#columns) {
      throw new RangeError(`no element (${row}, ${column}) in a (${this.#rows}, ${this.#columns}) matrix`);
    }
    return row * this.#columns + column;
  }
}

export const tripleLoop: Rung = {
  id: "triple-loop",
  name: "Triple loop",
  idea: "Three loops over single elements, as one writes it first. Every element is fetched and stored through an accessor that checks it.",
  run(a, b, out, m, k, n) {
    // #region loop
    const A = new Elements(a, m, k);
    const B = new Elements(b, k, n);
    const C = new Elements(out, m, n);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        C.set(i, j, 0);
        for (let l = 0; l < k; l++) C.set(i, j, C.get(i, j) + A.get(i, l) * B.get(l, j));
      }
    }
    // #endregion
  },
};
