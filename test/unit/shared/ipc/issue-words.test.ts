import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { IPC_CALLS, type IpcCallName } from "../../../../src/shared/ipc/ipc-contract.ts";
import { issueAt, issuesAt, issuesWords, issueWords } from "../../../../src/shared/ipc/issue-words.ts";
import { toWireError } from "../../../../src/shared/ipc/wire-error.ts";

const say = (schema: v.GenericSchema, value: unknown): string => {
  const checked = v.safeParse(schema, value);
  return checked.success ? "let in" : issuesWords(checked.issues);
};

describe("issueWords()", () => {
  it.each([
    [
      v.object({ title: v.pipe(v.string(), v.maxLength(3)) }),
      { title: "abcde" },
      "title may have at most 3 characters and has 5: shorten it",
    ],
    [v.pipe(v.array(v.number()), v.maxLength(1)), [1, 2], "may have at most 1 entries and has 2: take fewer"],
    [v.object({ name: v.pipe(v.string(), v.minLength(1)) }), { name: "" }, "name is empty: write something"],
    [
      v.object({ validRows: v.pipe(v.number(), v.minValue(0)) }),
      { validRows: -1 },
      "valid rows must be at least 0; it is -1",
    ],
    [
      v.object({ a: v.object({ rows: v.array(v.pipe(v.number(), v.integer())) }) }),
      { a: { rows: [1, 2.5] } },
      "rows, entry 2 must be a whole number; it is 2.5",
    ],
    [v.object({ lr: v.number() }), { lr: Number.NaN }, "lr must be a number; it is no number"],
    [v.object({ lr: v.number() }), {}, "lr is missing: add it"],
    [v.strictObject({}), { lr: 1 }, "lr is not known here: take it out"],
    [
      v.object({ kind: v.picklist(["a", "b", "c"]) }),
      { kind: "d" },
      'kind must be "a", "b" or "c"; it is "d"',
    ],
    [v.object({ on: v.boolean() }), { on: [1] }, "on must be true or false; it is a list of 1"],
    [v.undefined(), { x: 1 }, "takes no value; it has an object"],
    [
      v.object({ rows: v.pipe(v.number(), v.minValue(1, "rows must be at least 1")) }),
      { rows: 0 },
      "rows must be at least 1",
    ],
    [
      v.object({ momentum: v.pipe(v.number(), v.maxValue(1, "at most 1")) }),
      { momentum: 2 },
      "momentum: at most 1",
    ],
  ])("says what is wrong, where, and what to do: %#", (schema, value, words) => {
    expect(say(schema, value)).toBe(words);
  });

  it("keeps the exact path where the person has the JSON before them", () => {
    const checked = v.safeParse(v.object({ layers: v.array(v.object({ in: v.number() })) }), {
      layers: [{ in: "4" }],
    });
    expect(checked.success ? "" : issueAt(checked.issues[0])).toBe(
      'layers.0.in: must be a number; it is "4"',
    );
    expect(checked.success ? "" : issueWords(checked.issues[0])).toBe('in must be a number; it is "4"');
  });

  it("A8: no call of the window is answered with a validator's raw text, whatever it is given", () => {
    const values = [
      undefined,
      null,
      {},
      [],
      "x".repeat(200),
      -1,
      Number.NaN,
      true,
      { runId: "" },
      { runId: "x".repeat(200) },
      { title: "x".repeat(200), validRows: 1.5 },
      { name: "x".repeat(300), query: "x".repeat(2_000), scope: "?", columns: [""], sort: {} },
      { runIds: [], change: { name: "x".repeat(300), notes: 1, addTags: ["two words"] } },
      { files: [{ name: "", bytes: "x" }], sql: 1, ids: 1, requests: "x", what: "x", content: { kind: "x" } },
    ];
    for (const name of Object.keys(IPC_CALLS) as IpcCallName[]) {
      for (const value of values) {
        const said = say(IPC_CALLS[name].input, value);
        expect(said, name).not.toMatch(/Invalid|Expected|Received|Object|undefined/);
        expect(said.length, name).toBeGreaterThan(3);
      }
    }
  });

  it("words what v.parse() throws, wherever it becomes an error to show", () => {
    const schema = v.object({ seed: v.pipe(v.number(), v.minValue(0)) });
    let thrown: unknown;
    try {
      v.parse(schema, { seed: -1 });
    } catch (error) {
      thrown = error;
    }
    expect(toWireError(thrown).message).toBe("seed must be at least 0; it is -1");
  });
});

it("issuesAt() names what is missing in one go, then the rest", () => {
  const schema = v.strictObject({
    layers: v.array(v.object({ in: v.number() })),
    lr: v.pipe(v.number(), v.minValue(0)),
    steps: v.number(),
    seed: v.number(),
  });
  const told = (value: unknown): string => {
    const checked = v.safeParse(schema, value);
    return checked.success ? "let in" : issuesAt(checked.issues);
  };
  expect(told({ layers: [{}], lr: -1, width: 3 })).toBe(
    "layers.0.in, steps, seed are missing: add them; lr: must be at least 0; it is -1; width: is not known here: take it out",
  );
  expect(told({ layers: [], lr: 1, steps: 2 })).toBe("seed: is missing: add it");
});
