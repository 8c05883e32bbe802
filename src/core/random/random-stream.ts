import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { afterJumps } from "./stream-jumps.ts";

/** A reproducible stream of random numbers; each draw moves it on. */
export interface RandomStream {
  /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
  next(): number;
}

/** The generator's first outputs are hardly more than the seed itself; from about ten on they are mixed. */
const DISCARDED = 32;

/**
 * Stream number `stream` of a seed: xoroshiro128+, moved on by `stream` jumps of 2⁶⁴ draws, so that the streams of
 * one seed never overlap.
 *
 * @throws {RangeError} If the seed is not a whole number in [0, 2³²), or the stream not a whole number from 0.
 * @see Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021)
 */
export function randomStream(seed: number, stream = 0): RandomStream {
  const generator = generatorOf(seed, stream);
  return { next: () => uniformFloat64(generator) };
}

/** Where stream number `stream` of a seed begins: the generator's two words of 64 bits. @throws {RangeError} */
export function randomStreamState(seed: number, stream: number): readonly [bigint, bigint] {
  const [s01 = 0, s00 = 0, s11 = 0, s10 = 0] = generatorOf(seed, stream).getState();
  const word = (high: number, low: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  return [word(s01, s00), word(s11, s10)];
}

function generatorOf(seed: number, stream: number): ReturnType<typeof xoroshiro128plus> {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RangeError(`randomStream: expected a whole seed in [0, 2³²), got ${seed}`);
  }
  if (!Number.isSafeInteger(stream) || stream < 0) {
    throw new RangeError(`randomStream: expected a whole stream number from 0, got ${stream}`);
  }
  const generator = xoroshiro128plus(seed);
  for (let draw = 0; draw < DISCARDED; draw++) generator.next();
  return xoroshiro128plusFromState(afterJumps(generator.getState(), stream));
}
