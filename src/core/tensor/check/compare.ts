/** Below this many elements chance makes numbers alike, and they must agree more closely. */
const FEW = 16;

/** ‖a − b‖ / ‖b‖; infinite where b is 0 and a is not. */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    size += b[i] ** 2;
  }
  if (difference === 0) return 0;
  return Math.sqrt(difference / size);
}

/** How far numbers of a float32 pass may lie from those that explain them. */
export const closeTo = (length: number): number => (length < FEW ? 1e-4 : 1e-3);

/** Whether `a` are the numbers of `b`. */
export const isSame = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && relativeDistance(a, b) < closeTo(b.length);

/** The factor by which `a` is `b`; null where it is not a multiple of it, or b is 0. */
export function factorOf(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  if (a.length !== b.length) return null;
  let [along, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    along += a[i] * b[i];
    size += b[i] ** 2;
  }
  const factor = along / size;
  if (!Number.isFinite(factor) || factor === 0) return null;
  const scaled = Float64Array.from(b, (value) => factor * value);
  return isSame(a, scaled) ? factor : null;
}
