import { describe, expect, it } from "vitest";
import { firstShown, ladderAt, shapesOf } from "../../../../src/renderer/ladder/ladder-results.ts";
import { LESSON, measured, skipped } from "./recorded-rungs.ts";

const SMALL = { m: 32, k: 32, n: 32 };
const LARGE = { m: 64, k: 64, n: 64 };

describe("ladderAt()", () => {
  it("puts the rungs in their order and takes the one on most workers", () => {
    const results = [
      measured("sharded", 2, { threads: 1 }),
      measured("sharded", 1, { threads: 2 }),
      measured("kernel", 2),
      measured("einsum", 9, { shape: SMALL }),
    ];
    expect(ladderAt(results, LESSON).map(({ rung, threads }) => [rung, threads])).toEqual([
      ["kernel", 1],
      ["sharded", 2],
    ]);
  });
});

describe("shapesOf()", () => {
  it("names each shape once", () => {
    const results = [measured("einsum", 1, { shape: SMALL }), measured("kernel", 1, { shape: SMALL })];
    expect(shapesOf([...results, measured("kernel", 1)])).toEqual([SMALL, LESSON]);
  });
});

describe("firstShown()", () => {
  it("takes the largest size at which the triple loop ran", () => {
    const results = [
      measured("triple-loop", 1, { shape: SMALL }),
      { ...skipped("triple-loop", "skipped: about 21 min"), shape: LARGE },
      measured("kernel", 1, { shape: LARGE }),
    ];
    expect(firstShown(results)).toEqual(SMALL);
    expect(firstShown([])).toBeNull();
  });
});
