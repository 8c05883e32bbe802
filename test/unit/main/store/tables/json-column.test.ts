import fc from "fast-check";
import * as v from "valibot";
import { expect, test } from "vitest";
import { StoreError } from "../../../../../src/core/errors.ts";
import { fromJsonColumn, toJsonColumn } from "../../../../../src/main/store/tables/json-column.ts";
import { quantitiesSchema, type Quantities } from "../../../../../src/shared/runs/run-records.ts";

/** Names that JSON, JavaScript or the column's own form could trip over. */
const awkwardKey = fc.oneof(fc.string(), fc.constantFrom("$number", "$$number", "$$$number", "NaN", "0"));
const key = awkwardKey.filter((one) => !["__proto__", "constructor", "prototype"].includes(one));
const value = fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.array(fc.double()), fc.constant("NaN"));

test("fromJsonColumn() gives back any quantities that toJsonColumn() wrote, NaN, infinities and −0 included", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name }), (entries) => {
      const quantities: Quantities = Object.fromEntries(entries);
      expect(fromJsonColumn(quantitiesSchema, toJsonColumn(quantities), "it")).toStrictEqual(quantities);
    }),
    { examples: [[[["$number", "NaN"]]], [[["$number", -0]]], [[["a", [Number.NaN, -0]]]]] },
  );
});

test("toJsonColumn() writes ordinary values as ordinary JSON", () => {
  expect(toJsonColumn({ a: 1, b: ["x", true, 0.1] })).toBe('{"a":1,"b":["x",true,0.1]}');
});

test("fromJsonColumn() throws StoreError saying what is wrong and where", () => {
  const read = (text: string) => () => fromJsonColumn(quantitiesSchema, text, "The summary of run r");
  expect(read('{"a": null}')).toThrow(StoreError);
  expect(read('{"a": null}')).toThrow(/^The summary of run r cannot be read: a: .*update the app/);
  expect(read('{"a": ')).toThrow(StoreError);
  expect(() => fromJsonColumn(v.array(v.number()), '["x"]', "it")).toThrow(/0: must be a number/);
});
