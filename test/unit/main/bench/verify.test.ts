import { describe, expect, test } from "vitest";
import { compareElements, compareOutputs, differenceOf } from "../../../../src/main/bench/verify.ts";

const once = { trained: false };

describe("differenceOf()", () => {
  test("measures in proportion to the scale of the values", () => {
    const { max, rms } = differenceOf([100, 201], [100, 200]);
    expect(max).toBeCloseTo(1 / 200, 12);
    expect(rms).toBeCloseTo(1 / Math.hypot(100, 200), 12);
  });

  test("is zero for equal arrays, also of zeros, and infinite for what is no number", () => {
    expect(differenceOf([0, 0], [0, 0])).toEqual({ max: 0, rms: 0 });
    expect(differenceOf([1, NaN], [1, 2]).max).toBe(Infinity);
  });
});

describe("compareOutputs()", () => {
  const ours = new Map([["c", Float32Array.of(1, 2, 3)]]);
  test("accepts what differs by rounding only", () => {
    expect(compareOutputs(new Map([["c", Float32Array.of(1, 2, 3.000001)]]), ours, once)).toBeNull();
  });

  test("allows a row on the other side of relu's kink after steps of training", () => {
    const kinked = new Map([["c", Float32Array.of(1, 2, 3.0001)]]);
    expect(compareOutputs(kinked, ours, once)).toMatch(/^c differs/);
    expect(compareOutputs(kinked, ours, { trained: true })).toBeNull();
    const wrong = new Map([["c", Float32Array.of(1, 2, 3.001)]]);
    expect(compareOutputs(wrong, ours, { trained: true })).toMatch(/^c differs/);
  });

  test("names the output that differs, is missing or has another length", () => {
    expect(compareOutputs(new Map([["c", Float32Array.of(1, 2, 3.1)]]), ours, once)).toMatch(/^c differs/);
    expect(compareOutputs(new Map(), ours, once)).toBe("c: expected 3 values, got 0");
  });
});

describe("compareElements()", () => {
  test("compares the elements it is given with ours", () => {
    const ours = new Map([["c", Float32Array.of(1, 2, 3)]]);
    expect(compareElements(ours, [{ output: "c", index: 2, value: 3 }], once)).toBeNull();
    expect(compareElements(ours, [{ output: "c", index: 1, value: 3 }], once)).toMatch(/^c differs/);
    expect(compareElements(ours, [{ output: "d", index: 0, value: 3 }], once)).toMatch(/^d differs/);
  });
});
