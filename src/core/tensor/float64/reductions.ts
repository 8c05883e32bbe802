/** The sum of what goes into each place. */
export function sumInto(values: Float64Array, at: Int32Array, length: number): Float64Array {
  const out = new Float64Array(length);
  for (let i = 0; i < values.length; i++) out[at[i]] += values[i];
  return out;
}

/** The largest of the values that go into each place; NaN before all. */
export function largest(values: Float64Array, at: Int32Array, length: number): Float64Array {
  const out = new Float64Array(length).fill(-Infinity);
  for (let i = 0; i < values.length; i++) out[at[i]] = Math.max(out[at[i]], values[i]);
  return out;
}

/** For each place of a max, min, argmax or argmin, the element that it is: NaN before all, else the first of the best. */
export function bestPlaces(
  seen: ArrayLike<number>,
  at: Int32Array,
  { length, sign }: { readonly length: number; readonly sign: 1 | -1 },
): Int32Array {
  const best = new Int32Array(length).fill(-1);
  for (let i = 0; i < at.length; i++) {
    const known = best[at[i]];
    const value = seen[i];
    if (
      known < 0 ||
      sign * value > sign * seen[known] ||
      (Number.isNaN(value) && !Number.isNaN(seen[known]))
    ) {
      best[at[i]] = i;
    }
  }
  return best;
}

/** Mean and Σ (x − mean)² of what goes into each place. */
export function momentsOf(
  values: Float64Array,
  at: Int32Array,
  length: number,
): { readonly mean: Float64Array; readonly squares: Float64Array } {
  const count = values.length / length;
  const mean = sumInto(values, at, length).map((sum) => sum / count);
  const squares = sumInto(
    values.map((value, i) => (value - mean[at[i]]) ** 2),
    at,
    length,
  );
  return { mean, squares };
}
