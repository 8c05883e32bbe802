import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MinMaxBuffer } from "../../../../../src/renderer/charts/kit/min-max-buffer.ts";

function filled(values: readonly number[], capacity = 16): MinMaxBuffer {
  const buffer = new MinMaxBuffer(capacity);
  values.forEach((value, index) => buffer.push(index, value));
  return buffer;
}

const finite = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 600 });

describe("MinMaxBuffer", () => {
  it("keeps every point while there is room", () => {
    expect(filled([5, 3, 4]).points(100)).toEqual([
      { x: 0, y: 5 },
      { x: 1, y: 3 },
      { x: 2, y: 4 },
    ]);
  });

  it("gives the points after an x as finely as it holds them", () => {
    const buffer = filled(Array.from({ length: 16 }, (_, x) => x % 3));
    expect(buffer.points(4, 11)).toEqual([12, 13, 14, 15].map((x) => ({ x, y: x % 3 })));
    expect(buffer.points(4, 99)).toEqual([]);
    // Pairs share a bucket: the one that 4 is in begins before it.
    const merged = filled(Array.from({ length: 24 }, (_, x) => x));
    expect(merged.points(100, 4).map(({ x }) => x)).toEqual(Array.from({ length: 19 }, (_, i) => i + 5));
  });

  it("says what came last, whatever it is merged with", () => {
    expect(new MinMaxBuffer().last).toBeNull();
    expect(filled([9, 1, 5, NaN, 4], 2).last).toEqual({ x: 4, y: 4 });
    expect(filled([9, NaN]).last).toEqual({ x: 1, y: NaN });
  });

  it("holds at most two points a pixel, in order of x, with both extremes, however many came", () => {
    fc.assert(
      fc.property(finite, fc.integer({ min: 1, max: 40 }), (values, pixels) => {
        const points = filled(values).points(pixels);
        expect(points.length).toBeLessThanOrEqual(2 * pixels);
        const ys = points.map(({ y }) => y);
        expect(Math.min(...ys)).toBe(Math.min(...values));
        expect(Math.max(...ys)).toBe(Math.max(...values));
        const xs = points.map(({ x }) => x);
        expect(xs).toEqual([...xs].sort((a, b) => a - b));
        for (const { x, y } of points) expect(values[x]).toBe(y);
      }),
    );
  });

  it("keeps a single spike among 300,000 points", () => {
    const buffer = new MinMaxBuffer();
    for (let step = 0; step < 300_000; step++) buffer.push(step, step === 123_456 ? 99 : 1);
    const points = buffer.points(800);
    expect(points.length).toBeLessThanOrEqual(1600);
    expect(points).toContainEqual({ x: 123_456, y: 99 });
    expect(buffer.length).toBe(300_000);
  });

  it("leaves a gap and remembers the first place of each kind of value that no axis can show", () => {
    const buffer = filled([1, NaN, 2, Infinity, NaN, -Infinity]);
    expect(buffer.nonFinite).toEqual([
      { x: 1, kind: "NaN" },
      { x: 3, kind: "+Inf" },
      { x: 5, kind: "−Inf" },
    ]);
    expect(buffer.points(100).map(({ y }) => y)).toEqual([1, NaN, 2, NaN, NaN, NaN]);
  });

  it("does not change what it holds when it is read", () => {
    const buffer = filled([3, 1, 4, 1, 5, 9, 2, 6]);
    expect(buffer.points(2)).toEqual(buffer.points(2));
    expect(buffer.points(100)).toHaveLength(8);
  });

  it("throws RangeError for a capacity that cannot be halved", () => {
    expect(() => new MinMaxBuffer(5)).toThrow(RangeError);
  });
});
