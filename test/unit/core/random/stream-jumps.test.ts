import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, it } from "vitest";
import { afterJumps } from "../../../../src/core/random/stream-jumps.ts";

it("is where the generator's own jumps lead to, one after the other, for any seed", () => {
  for (const seed of [0, 1, 42, 0xffffffff]) {
    const begun = xoroshiro128plus(seed).getState();
    const generator = xoroshiro128plus(seed);
    for (let jumps = 0; jumps <= 1_100; jumps++) {
      expect(afterJumps(begun, jumps), `${seed}: ${jumps}`).toEqual(generator.getState());
      generator.jump();
    }
  }
});

it("may be taken in parts, also far away", () => {
  const begun = xoroshiro128plus(7).getState();
  for (const [a, b] of [
    [10_000, 199],
    [2 ** 32 - 1, 1],
    [2 ** 52, 2 ** 52 - 1],
  ] as const) {
    expect(afterJumps(begun, a + b)).toEqual(afterJumps(afterJumps(begun, a), b));
  }
});
