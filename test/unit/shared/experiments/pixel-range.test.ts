import { describe, expect, it } from "vitest";
import { pixelBytes, pixelRangeOf, storedPixels } from "../../../../src/shared/experiments/pixel-range.ts";

describe("pixelRangeOf()", () => {
  it.each([
    ["bytes", 0, 255, { low: 0, high: 255 }],
    ["bytes of dark images that use half of the scale", 3, 130, { low: 0, high: 255 }],
    ["digits of 0 to 16", 0, 16, { low: 0, high: 16 }],
    ["floats from 0 to 1", 0, 1, { low: 0, high: 1 }],
    ["floats of both signs", -1, 1, { low: -1, high: 1 }],
    ["16 bits", 12, 65_535, { low: 0, high: 65_535 }],
  ])("of %s", (_, min, max, range) => {
    expect(pixelRangeOf({ min, max })).toEqual(range);
  });
});

describe("pixelBytes()", () => {
  it("goes from no light to full light, and cuts off what lies beyond", () => {
    expect([...pixelBytes(Float32Array.of(-1, -0.5, 0, 1, 2), { low: -1, high: 1 })]).toEqual([
      0, 64, 128, 255, 255,
    ]);
    expect([...pixelBytes(Uint8Array.of(0, 4, 16, 20), { low: 0, high: 16 })]).toEqual([0, 64, 255, 255]);
  });

  it("leaves bytes of the usual scale as they are", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, value) => value);
    expect(pixelBytes(bytes, { low: 0, high: 255 })).toEqual(bytes);
    expect([...storedPixels(bytes, { low: 0, high: 255 })]).toEqual([...bytes]);
  });

  it("draws images that are all alike without light", () => {
    expect([...pixelBytes([0, 0], { low: 0, high: 0 })]).toEqual([0, 0]);
  });
});

describe("storedPixels()", () => {
  it("is the other way", () => {
    const range = { low: -2, high: 6 };
    expect([...storedPixels(Uint8Array.of(0, 51, 255), range)]).toEqual([-2, -0.3999999999999999, 6]);
  });
});
