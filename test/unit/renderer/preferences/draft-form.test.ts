import * as v from "valibot";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createDraftForm } from "../../../../src/renderer/preferences/draft-form.ts";
import { stubStorage } from "../stub-storage.ts";

const SCHEMAS = {
  rows: v.pipe(
    v.number(),
    v.integer("rows must be a whole number"),
    v.minValue(1, "rows must be at least 1"),
  ),
  lr: v.pipe(v.number(), v.minValue(0, "lr must be at least 0")),
};
const DEFAULTS = { rows: 100, lr: 0.1 };
const KEY = "draft";

let storage: Map<string, string>;
beforeEach(() => {
  vi.unstubAllGlobals();
  storage = stubStorage();
});

describe("createDraftForm()", () => {
  it("begins with the defaults and is not changed", () => {
    const form = createDraftForm(KEY, SCHEMAS).read(DEFAULTS);
    expect([form.values, form.changed]).toEqual([DEFAULTS, false]);
  });

  it.each([
    ["", "needs a number"],
    ["ten", '"ten" is not a number'],
    ["0", "rows must be at least 1"],
    ["1.5", "rows must be a whole number"],
  ])("says of rows %j that it %s, and has no values meanwhile", (text, error) => {
    const forms = createDraftForm(KEY, SCHEMAS);
    forms.read(DEFAULTS).fields.rows.set(text);
    const { fields, values } = forms.read(DEFAULTS);
    expect([fields.rows.text, fields.rows.error, fields.lr.error, values]).toEqual([text, error, null, null]);
  });

  it("reads numbers as people write them", () => {
    const forms = createDraftForm(KEY, SCHEMAS);
    forms.read(DEFAULTS).fields.rows.set("50,000");
    forms.read(DEFAULTS).fields.lr.set("1/4");
    expect(forms.read(DEFAULTS).values).toEqual({ rows: 50_000, lr: 0.25 });
  });

  it("keeps what was typed, valid or not, for the next start", () => {
    createDraftForm(KEY, SCHEMAS).read(DEFAULTS).fields.rows.set("7 x");
    const { fields } = createDraftForm(KEY, SCHEMAS).read(DEFAULTS);
    expect([fields.rows.text, fields.lr.text]).toEqual(["7 x", "0.1"]);
  });

  it("is changed by another text only, and is reset for good", () => {
    const forms = createDraftForm(KEY, SCHEMAS);
    forms.read(DEFAULTS).fields.rows.set("100");
    expect(forms.read(DEFAULTS).changed).toBe(false);
    forms.read(DEFAULTS).fields.rows.set("101");
    expect(forms.read(DEFAULTS).changed).toBe(true);
    forms.read(DEFAULTS).reset();
    expect([forms.read(DEFAULTS).values, storage.get(KEY)]).toEqual([DEFAULTS, "{}"]);
  });

  it.each(["{", "[]", '{"rows":7}', '{"other":"1"}'])("begins anew where storage holds %s", (text) => {
    storage.set(KEY, text);
    expect(createDraftForm(KEY, SCHEMAS).read(DEFAULTS).values).toEqual(DEFAULTS);
  });
});
