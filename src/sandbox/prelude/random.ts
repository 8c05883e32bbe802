import { host } from "./host.ts";

// Small Fast Counter of 32-bit words (Doty-Humphrey): state a, b, c and a counter.
let state: [number, number, number, number] | null = null;

/** The next 32 bits. */
function next(): number {
  state ??= begin();
  const [a, b, c, counter] = state;
  const sum = (a + b + counter) | 0;
  state = [b ^ (b >>> 9), (c + (c << 3)) | 0, (((c << 21) | (c >>> 11)) + sum) | 0, (counter + 1) | 0];
  return sum >>> 0;
}

function begin(): [number, number, number, number] {
  state = [host.randomKey() | 0, host.randomKey() | 0, host.randomKey() | 0, 1];
  // The first outputs are hardly more than the key.
  for (let i = 0; i < 12; i++) next();
  return state;
}

/** A cell begins: its numbers depend on document, seed and cell, not on what ran before. */
export function forgetRandom(): void {
  state = null;
}

/** In place of Math.random: uniform in [0, 1), the same numbers for the same cell. */
export const random = (): number => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
