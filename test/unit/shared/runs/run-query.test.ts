import fc from "fast-check";
import { expect, test } from "vitest";
import {
  matchesQuery,
  parseRunQuery,
  QueryError,
  type FieldValue,
} from "../../../../src/shared/runs/run-query.ts";

const RUN: Readonly<Record<string, FieldValue>> = {
  kind: "training",
  lr: 0.02,
  tag: ["keep", "paper"],
  started: "2026-11-23T04:53:12.345Z",
  nesterov: true,
  "last.gradient norm": 3,
};
const matches = (query: string): boolean =>
  matchesQuery(parseRunQuery(query), { text: "cosine, seed 1\na note", field: (name) => RUN[name] });

test.each([
  ["", true],
  ["cosine", true],
  ["COSINE note", true],
  ["-cosine", false],
  ['"seed 1"', true],
  ['"1 seed"', false],
  ["kind:train", true],
  ["kind=train", false],
  ["kind=TRAINING", true],
  ["kind!=ladder", true],
  ["kind:ladder,training", true],
  ["lr>0.01 lr<=0.02", true],
  ["lr>0.02", false],
  ["lr:0.02", true],
  ["lr=2e-2", true],
  ["-lr>0.5", true],
  ["tag:keep -tag:junk", true],
  ["tag=kee", false],
  ["nesterov:true", true],
  ["started>=2026-11-23", true],
  ["started<2026-11-23", false],
  ['last."gradient norm">=3', true],
  ["missing:1", false],
  ["-missing:1", true],
  ["missing!=1", true],
])("the query %s", (query, expected) => {
  expect(matches(query)).toBe(expected);
});

test.each([
  ['"open', /quotation mark at character 1 is not closed/],
  ["lr>", /a value is missing at character 4/],
  ["lr>1,2", /one value is expected, not a list/],
  // With "-" each of these would find every run.
  ["-is:pined", /is:pined is not known: is can be pinned, latest, archived, kept, notFinite, deleted/],
  ["is:pinned,newest", /is:newest is not known/],
  ["kind:trian", /kind:trian is not known: kind can be notebook, /],
  ["-status:done", /status:done is not known: status can be running, finished, /],
  ["lr>>3", />3 at character 4 is no value: one of : = != < <= > >= stands between name and value/],
  ["lr==3", /=3 at character 4 is no value/],
  ["lr > 3", /> at character 4 has no name before it: write lr>0\.01, without blanks/],
  ["has:name", /has:name is not known: has can be notes, tags/],
  ["started>=yesterday", /started>=yesterday: a time in UTC is expected, for example started>=2026-11-01/],
  ["finished<01.11.2026", /finished<01\.11\.2026: a time in UTC is expected/],
  ['started>"2026-11-01 09:30"', /a time in UTC is expected, .* or started<2026-11-01T09:30/],
])("the query %s is refused with its place", (query, message) => {
  expect(() => parseRunQuery(query)).toThrow(QueryError);
  expect(() => parseRunQuery(query)).toThrow(message);
});

test.each([
  "is:PINNED",
  "is:late",
  "-has:note",
  "started>2000",
  "finished<=2026-11-01T09:30:00.000Z",
  "started:2026-1",
  'name:">3"',
])("the query %s is read", (query) => expect(parseRunQuery(query)).toHaveLength(1));

test("any text is read, or refused with words: never anything else", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        matches(text);
      } catch (error) {
        expect(error).toBeInstanceOf(QueryError);
      }
    }),
  );
});

test.each([
  ["last.loss<3", NaN, false],
  ["last.loss>3", NaN, false],
  ["last.loss=3", NaN, false],
  ["last.loss!=3", NaN, true],
  ["last.loss=NaN", NaN, true],
  ["last.loss:nan", NaN, true],
  ["last.loss=nan", 3, false],
  ["last.loss=inf", Infinity, true],
  ["last.loss=Infinity", 3, false],
  ["last.loss>3", Infinity, true],
  ["last.loss<3", -Infinity, true],
])("item 18: %s of %s: %s", (query, value, expected) => {
  expect(matchesQuery(parseRunQuery(query), { text: "", field: () => value })).toBe(expected);
});
