import { describe, expect, it } from "vitest";
import type { DocumentCell } from "../../../../src/shared/documents/lab-document.ts";
import {
  findPattern,
  findText,
  replaceOne,
  replaceText,
} from "../../../../src/renderer/live/document/find-text.ts";

const cell = (id: string, source: string): DocumentCell => ({
  kind: "code",
  id,
  marker: "code",
  attributes: {},
  source,
  metadata: null,
});
const CELLS = [cell("a", "relu(x);\nReLU(relu2)"), cell("b", "x.relu()")];
const pattern = (text: string, rest: Partial<Parameters<typeof findPattern>[0]> = {}): RegExp => {
  const made = findPattern({ text, matchCase: false, wholeWord: false, regularExpression: false, ...rest });
  if (!(made instanceof RegExp)) throw new TypeError("no pattern");
  return made;
};

describe("find and replace over the document", () => {
  it("finds by case and by whole words", () => {
    expect(findText(CELLS, pattern("relu"))).toHaveLength(4);
    expect(findText(CELLS, pattern("relu", { matchCase: true }))).toHaveLength(3);
    expect(findText(CELLS, pattern("relu", { matchCase: true, wholeWord: true }))).toEqual([
      { cell: "a", from: 0, to: 4 },
      { cell: "b", from: 2, to: 6 },
    ]);
  });

  it("replaces literally, or with groups", () => {
    expect(replaceText(CELLS, pattern("relu("), { text: "$1(", regularExpression: false })).toMatchObject({
      count: 3,
      sources: new Map([
        ["a", "$1(x);\n$1(relu2)"],
        ["b", "x.$1()"],
      ]),
    });
    const groups = pattern("(\\w+)\\.relu", { regularExpression: true });
    expect(replaceText(CELLS, groups, { text: "relu($1)", regularExpression: true }).sources.get("b")).toBe(
      "relu(x)()",
    );
    expect(
      replaceOne("x.relu()", { cell: "b", from: 0, to: 6 }, groups, { text: "$1", regularExpression: true }),
    ).toBe("x()");
  });

  it("says why a pattern is none", () => {
    const made = findPattern({ text: "(", matchCase: false, wholeWord: false, regularExpression: true });
    expect(made).toHaveProperty("reason");
  });
});
