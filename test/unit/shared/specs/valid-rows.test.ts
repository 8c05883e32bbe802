import * as v from "valibot";
import { expect, it } from "vitest";
import { TRAIN_PRESETS } from "../../../../src/shared/specs/train-presets.ts";
import { trainSpecSchema } from "../../../../src/shared/specs/train-spec.ts";
import { withValidRows } from "../../../../src/shared/specs/valid-rows.ts";

it("withValidRows() takes all validation rows of a small set where a spec does not say how many", () => {
  const { validRows: said, ...unsaid } = TRAIN_PRESETS.small.spec;
  const of = (json: unknown, validRows?: number): number =>
    v.parse(
      trainSpecSchema,
      withValidRows(json, (name) =>
        name === "mnist" && validRows !== undefined ? { validRows } : undefined,
      ),
    ).validRows;
  expect([of(unsaid, 22), of(unsaid, 0), of(unsaid, 60_000), of(unsaid)]).toEqual([22, 0, 10_000, 10_000]);
  // What is said is meant, also where it is too many.
  expect([of({ ...unsaid, validRows: said + 1 }, 22), of({ ...unsaid, validRows: 5 }, 22)]).toEqual([
    said + 1,
    5,
  ]);
  for (const none of [null, "text", [], { data: 5 }])
    expect(withValidRows(none, () => ({ validRows: 1 }))).toBe(none);
});
