import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** A generator's 128 bits, as it hands them out: in words of 32 bits. */
type State = readonly number[];

/** The state of xoroshiro128+ after `jumps` jumps of 2⁶⁴ draws, a whole number from 0. */
export function afterJumps(state: State, jumps: number): State {
  let after = state;
  for (let power = 0, left = jumps; left > 0; power++, left = Math.floor(left / 2)) {
    if (left % 2 === 1) after = sumOf(after, leadsOf(power));
  }
  return after;
}

/** Where each of the 128 bits alone leads to, by 1, 2, 4, 8, … jumps: filled as they are asked for. */
const LEADS: (readonly State[])[] = [];

/**
 * Where 2^power jumps lead to from each bit. Jumping is linear over the bits (a sum by exclusive or), so the two halves
 * of a jump's power are one matrix applied to itself: stream 10,000 costs five sums, not 10,000 jumps.
 */
function leadsOf(power: number): readonly State[] {
  for (let next = LEADS.length; next <= power; next++) {
    const half = LEADS.at(-1);
    LEADS.push(half === undefined ? bits().map(jumpedOnce) : half.map((state) => sumOf(state, half)));
  }
  return LEADS[power] ?? [];
}

/** The 128 states of which each has one bit set. */
const bits = (): State[] =>
  Array.from({ length: 128 }, (_, bit) =>
    Array.from({ length: 4 }, (_word, word) => (word === bit >>> 5 ? 1 << (bit & 31) : 0)),
  );

function jumpedOnce(state: State): State {
  const generator = xoroshiro128plusFromState(state);
  generator.jump();
  return generator.getState();
}

/** The sum, by exclusive or, of where the bits of a state lead to. */
function sumOf(state: State, leads: readonly State[]): State {
  const sum = [0, 0, 0, 0];
  for (const [bit, lead] of leads.entries()) {
    if ((((state[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 0) continue;
    for (let word = 0; word < 4; word++) sum[word] = (sum[word] ?? 0) ^ (lead[word] ?? 0);
  }
  return sum;
}
