import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { checkNumber } from "../../../../src/renderer/preferences/check-number.ts";
import { parsePreferences } from "../../../../src/renderer/preferences/preferences.ts";
import { stagesSettingsSchema } from "../../../../src/shared/experiments/stages.ts";

describe("parsePreferences()", () => {
  it("falls back to the defaults for whatever storage holds", () => {
    const defaults = { theme: "system", projector: false, motion: "system", tour: 0, notebook: null };
    for (const text of [null, "", "{", "[]", "7", '{"theme":"pink","projector":"yes","tour":-1}']) {
      expect(parsePreferences(text)).toEqual(defaults);
    }
  });

  it("keeps what is valid", () => {
    expect(
      parsePreferences('{"theme":"dark","projector":true,"motion":"reduced","tour":2,"notebook":"d1"}'),
    ).toEqual({
      theme: "dark",
      projector: true,
      motion: "reduced",
      tour: 2,
      notebook: "d1",
    });
  });
});

describe("checkNumber()", () => {
  const { rows, samples } = stagesSettingsSchema.entries;

  it("reads numbers as people write them", () => {
    expect(checkNumber(rows, " 50,000 ")).toEqual({ value: 50_000, error: null });
    expect(checkNumber(v.number(), "1e-3")).toEqual({ value: 0.001, error: null });
  });

  it.each([
    [rows, "60000", "rows must be at most 50,000"],
    [rows, "1.5", "rows must be a whole number"],
    [samples, "3", "samples must be at least 5"],
    [samples, "", "needs a number"],
    [samples, "abc", '"abc" is not a number'],
  ])("says in the schema's words what is wrong", (schema, text, message) => {
    expect(checkNumber(schema, text).error).toBe(message);
  });
});
