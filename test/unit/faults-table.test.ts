import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const TABLE = "docs/faults.md";
const FAULTS = 48;
/** What no test can play: a power cut, and a machine that sleeps. */
const BY_HAND: readonly number[] = [2, 14];

interface Row {
  readonly fault: number;
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

/** Rows whose first cell is a number; tests stand in the last one as `file › name`. */
const rows: readonly Row[] = readFileSync(TABLE, "utf8")
  .split("\n")
  .flatMap((line) => {
    const fault = /^\|\s*(\d+)\s*\|/.exec(line)?.[1];
    if (fault === undefined) return [];
    const named = line.matchAll(/`(test\/[\w./-]+) › ([^`]+)`/g);
    return [{ fault: Number(fault), tests: [...named].map(([, file = "", name = ""]) => ({ file, name })) }];
  });

/** What is wrong with a row, in words. */
function problemsOf({ fault, tests }: Row): readonly string[] {
  if (tests.length === 0) return BY_HAND.includes(fault) ? [] : [`fault ${fault} names no test`];
  return tests.flatMap(({ file, name }) => {
    if (!existsSync(file)) return [`fault ${fault}: there is no ${file}`];
    if (!name.startsWith(`fault ${fault}: `)) return [`fault ${fault}: "${name}" does not begin with it`];
    return readFileSync(file, "utf8").includes(name) ? [] : [`fault ${fault}: ${file} has no "${name}"`];
  });
}

describe("docs/faults.md", () => {
  it("has one row for each fault, in order", () => {
    expect(rows.map(({ fault }) => fault)).toEqual(Array.from({ length: FAULTS }, (_, index) => index + 1));
  });

  it("names tests that there are, each with its fault's number", () => {
    expect(rows.flatMap(problemsOf)).toEqual([]);
  });

  it.each([
    [{ fault: 3, tests: [] }, "fault 3 names no test"],
    [
      { fault: 3, tests: [{ file: "test/none.test.ts", name: "fault 3: x" }] },
      "there is no test/none.test.ts",
    ],
    [{ fault: 3, tests: [{ file: TABLE, name: "fault 4: x" }] }, "does not begin with it"],
    [{ fault: 3, tests: [{ file: TABLE, name: "fault 3: nothing" }] }, 'has no "fault 3: nothing"'],
  ])("would show what is wrong with a row: %j", (row, problem) => {
    expect(problemsOf(row).join()).toContain(problem);
  });
});
