/**
 * Which of values[from … to) to draw in `columns` columns: of each column the lowest and the highest in their order, so
 * that no extreme is lost, and the first that is not finite, where a line has to break; and both ends, which people read.
 * Never averages. At most three a column and the ends; all where they are fewer than two a column.
 */
export function minMaxIndices(
  values: Float64Array,
  from: number,
  to: number,
  columns: number,
): readonly number[] {
  const count = to - from;
  if (count <= 2 * columns) return Array.from({ length: Math.max(0, count) }, (_, i) => from + i);
  const chosen: number[] = [];
  for (let column = 0; column < columns; column++) {
    const first = from + Math.floor((column * count) / columns);
    const end = from + Math.floor(((column + 1) * count) / columns);
    let [low, high, broken] = [-1, -1, -1];
    for (let i = first; i < end; i++) {
      const value = values[i];
      if (!Number.isFinite(value)) {
        if (broken < 0) broken = i;
        continue;
      }
      if (low < 0 || value < values[low]) low = i;
      if (high < 0 || value > values[high]) high = i;
    }
    chosen.push(...[...new Set([low, high, broken])].filter((i) => i >= 0).sort((a, b) => a - b));
  }
  if (chosen[0] !== from) chosen.unshift(from);
  if (chosen.at(-1) !== to - 1) chosen.push(to - 1);
  return chosen;
}

/** Exponential average with the weight of what came before, corrected for its beginning at 0; NaN leaves it as it was. */
export function smoothed(values: Float64Array, weight: number): Float64Array {
  let [sum, scale] = [0, 1];
  return values.map((value) => {
    if (Number.isFinite(value)) {
      sum = weight * sum + (1 - weight) * value;
      scale *= weight;
    }
    return sum / (1 - scale);
  });
}
