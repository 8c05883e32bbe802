import { describe, expect, it } from "vitest";
import { legendPlaces, wrapped } from "../../../../../src/renderer/charts/export/picture.ts";
import type { LegendEntry } from "../../../../../src/renderer/charts/kit/figure.ts";

/** Ten pixels a letter. */
const context = { measureText: (text: string) => ({ width: text.length * 10 }) as TextMetrics };
const entry = (label: string): LegendEntry => ({ label, series: 0, mark: "line" });

describe("wrapped()", () => {
  it("breaks between words where a line is full", () => {
    expect(wrapped(context, "one two three", 80)).toEqual(["one two", "three"]);
    expect(wrapped(context, "one two three", 70)).toEqual(["one two", "three"]);
    expect(wrapped(context, "one two three", 69)).toEqual(["one", "two", "three"]);
  });

  it("keeps a word whole that is longer than a line, and has no line for no text", () => {
    expect(wrapped(context, "a unbreakable b", 30)).toEqual(["a", "unbreakable", "b"]);
    expect(wrapped(context, "", 30)).toEqual([]);
  });
});

describe("legendPlaces()", () => {
  it("begins a new row where the next entry does not fit", () => {
    const legend = [entry("four"), entry("four"), entry("four"), entry("a very long name of a run")];
    const places = legendPlaces(context, legend, { width: 170, lineHeight: 20, gap: 8 });
    // 22 for the mark, 8, 40 for the name, and 16 to the next.
    expect(places).toEqual([
      { x: 0, y: 0 },
      { x: 86, y: 0 },
      { x: 0, y: 20 },
      { x: 0, y: 40 },
    ]);
  });
});
