import { describe, expect, it } from "vitest";
import { alignDecimals } from "../../../../src/renderer/format/align-decimals.ts";

const visible = (texts: readonly string[]) => texts.map((text) => text.replaceAll("\u00a0", "_"));

describe("alignDecimals()", () => {
  it("puts decimal points and exponents in one column", () => {
    expect(visible(alignDecimals(["0.4472", "133.09", "743", "1.200e−8", "−6.5"]))).toEqual([
      "__0.4472__",
      "133.09____",
      "743_______",
      "__1.200e−8",
      "_−6.5_____",
    ]);
  });

  it("gives every text the same length", () => {
    const lengths = alignDecimals(["1.5", "yes", "[50,000, 1]", "", "12,345.25"]).map((text) => text.length);
    expect(new Set(lengths).size).toBe(1);
  });
});
