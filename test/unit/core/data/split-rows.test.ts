import { describe, expect, it } from "vitest";
import { atOnce } from "../../../../src/core/steps.ts";
import { splitAsGiven, splitBySeed, splitInOrder } from "../../../../src/core/data/split-rows.ts";

const labels = Float32Array.from({ length: 100 }, (_, i) => (i < 90 ? 0 : 1));

describe("splitBySeed()", () => {
  it("gives every class its share, each row once, and the same for the same seed", () => {
    const by = (seed: number) => atOnce(splitBySeed(100, { seed, validShare: 0.2, testShare: 0.1 }, labels));
    const split = by(3);
    expect([split.trainRows, split.validRows, split.testRows]).toEqual([70, 20, 10]);
    expect([...split.order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    const rare = (from: number, to: number): number =>
      split.order.subarray(from, to).filter((row) => row >= 90).length;
    expect([rare(0, 70), rare(70, 90), rare(90, 100)]).toEqual([7, 2, 1]);
    expect(by(3)).toEqual(split);
    expect(by(4).order).not.toEqual(split.order);
  });

  it("leaves one row of a class to train on", () => {
    expect(
      atOnce(splitBySeed(2, { seed: 1, validShare: 0.9, testShare: 0.9 }, Float32Array.of(0, 1))),
    ).toMatchObject({ trainRows: 2 });
  });
});

describe("splitInOrder()", () => {
  it("takes the last rows for test and those before them for validation", () => {
    const split = splitInOrder(10, { validShare: 0.2, testShare: 0.3 });
    expect(split).toMatchObject({ trainRows: 5, validRows: 2, testRows: 3 });
    expect([...split.order]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe("splitAsGiven()", () => {
  it("keeps what rows say, and draws validation rows of the training rows where none says so", () => {
    const given = Uint8Array.from({ length: 100 }, (_, i) => (i % 5 === 0 ? 2 : 0));
    expect(atOnce(splitAsGiven(given))).toMatchObject({ trainRows: 80, validRows: 0, testRows: 20 });
    const drawn = atOnce(splitAsGiven(given, { seed: 1, validShare: 0.25, labels }));
    expect(drawn).toMatchObject({ trainRows: 60, validRows: 20, testRows: 20 });
    expect(drawn.order.subarray(80).every((row) => row % 5 === 0)).toBe(true);
  });
});
