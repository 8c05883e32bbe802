/**
 * A well-mixed 32-bit number of a 32-bit number: x ^= x ≫ 16, · 0x7feb352d, ^= ≫ 15, · 0x846ca68b, ^= ≫ 16.
 *
 * @see Chris Wellons, "Prospecting for Hash Functions" (2018), lowbias32
 */
export function hash32(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The key of one step: hash32(index ^ key) is then one draw for each index. */
export const hashKey = (seed: number, step: number): number =>
  hash32((seed + Math.imul(step, 0x9e3779b9)) | 0);
