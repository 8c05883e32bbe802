/** Upper half of the 64-bit product of two unsigned 32-bit numbers. */
function upperHalf(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carried = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + Math.floor(middle / 65_536) + (carried >>> 16);
}

/**
 * Philox 4×32-10: four random 32-bit numbers from a counter of four and a key of two. Any place of a stream is as near
 * as its beginning, so workers share one and meet the same numbers however they split it.
 *
 * @param into Where the four numbers go.
 * @see Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011)
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  into: Uint32Array,
): void {
  let c0 = counter[0];
  let c1 = counter[1];
  let c2 = counter[2];
  let c3 = counter[3];
  let k0 = key[0];
  let k1 = key[1];
  for (let round = 0; round < 10; round++) {
    const first = (upperHalf(0xcd9e8d57, c2) ^ c1 ^ k0) >>> 0;
    const third = (upperHalf(0xd2511f53, c0) ^ c3 ^ k1) >>> 0;
    c1 = Math.imul(0xcd9e8d57, c2) >>> 0;
    c3 = Math.imul(0xd2511f53, c0) >>> 0;
    c0 = first;
    c2 = third;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  into[0] = c0;
  into[1] = c1;
  into[2] = c2;
  into[3] = c3;
}

/** Which numbers: a seed, and within it a stream and one of its draws; whole numbers below 2³². */
export interface DrawKey {
  readonly seed: number;
  readonly stream: number;
  readonly draw: number;
}

/** Random 32-bit numbers by their place in a draw, four at a time. */
class Words {
  readonly #key: DrawKey;
  readonly #four = new Uint32Array(4);
  #block = -1;

  constructor(key: DrawKey) {
    this.#key = key;
  }

  at(place: number): number {
    const block = Math.floor(place / 4);
    if (block !== this.#block) {
      this.#block = block;
      const { seed, stream, draw } = this.#key;
      philox([block >>> 0, Math.floor(block / 2 ** 32), draw, 0], [seed, stream], this.#four);
    }
    return this.#four[place % 4];
  }
}

/** Elements [begin, end) of a draw from the uniform distribution over [0, 1), multiples of 2⁻²⁴, into `values`. */
export function drawUniform(
  key: DrawKey,
  values: Float32Array | Float64Array,
  begin: number,
  end: number,
): void {
  const words = new Words(key);
  for (let i = begin; i < end; i++) values[i] = (words.at(i) >>> 8) * 2 ** -24;
}

/**
 * Elements [begin, end) of a draw from the standard normal distribution into `values`: each pair of places has √(−2 ln u)
 * cos 2πv and √(−2 ln u) sin 2πv, with u in (0, 1].
 *
 * @see Box and Muller, "A note on the generation of random normal deviates" (1958)
 */
export function drawNormal(
  key: DrawKey,
  values: Float32Array | Float64Array,
  begin: number,
  end: number,
): void {
  const words = new Words(key);
  for (let even = begin - (begin % 2); even < end; even += 2) {
    const radius = Math.sqrt(-2 * Math.log((words.at(even) + 1) * 2 ** -32));
    const angle = 2 * Math.PI * words.at(even + 1) * 2 ** -32;
    if (even >= begin) values[even] = radius * Math.cos(angle);
    if (even + 1 < end) values[even + 1] = radius * Math.sin(angle);
  }
}

/** 0 … n − 1 in random order into all of `values` (Fisher–Yates), each choice from 53 random bits. */
export function drawPermutation(key: DrawKey, values: Float32Array | Float64Array): void {
  const words = new Words(key);
  for (let i = 0; i < values.length; i++) values[i] = i;
  for (let last = values.length - 1; last > 0; last--) {
    const random = words.at(2 * last) * 2 ** 21 + (words.at(2 * last + 1) >>> 11);
    const other = Math.floor(random * 2 ** -53 * (last + 1));
    [values[last], values[other]] = [values[other], values[last]];
  }
}
