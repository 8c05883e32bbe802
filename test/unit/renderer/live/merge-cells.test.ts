import { describe, expect, it } from "vitest";
import { DEFAULT_HEADER, type LabDocument } from "../../../../src/shared/documents/lab-document.ts";
import { mergeCells } from "../../../../src/renderer/live/document/merge-cells.ts";

const documentOf = (cells: Readonly<Record<string, string>>): LabDocument => ({
  header: DEFAULT_HEADER,
  metadata: null,
  cells: Object.entries(cells).map(([id, source]) => ({
    kind: "code",
    id,
    marker: "code",
    attributes: {},
    source,
    metadata: null,
  })),
});
const textOf = ({ cells }: LabDocument) => cells.map(({ id, source }) => `${id}:${source}`);

describe("a document that changed outside", () => {
  const base = documentOf({ a: "1", b: "2", c: "3" });

  it("takes what only one side changed, and asks about what both did", () => {
    const mine = documentOf({ a: "1 mine", b: "2 mine", c: "3" });
    const theirs = documentOf({ a: "1", b: "2 theirs", c: "3 theirs" });
    const { conflicts, settled, resolve } = mergeCells(base, mine, theirs);
    expect(conflicts.map(({ id }) => id)).toEqual(["b"]);
    expect(settled).toBe(1);
    expect(textOf(resolve(new Map()))).toEqual(["a:1 mine", "b:2 mine", "c:3 theirs"]);
    expect(textOf(resolve(new Map([["b", "theirs"]])))).toEqual(["a:1 mine", "b:2 theirs", "c:3 theirs"]);
    expect(textOf(resolve(new Map([["b", "both"]])))).toEqual([
      "a:1 mine",
      "b:2 mine",
      "b-theirs:2 theirs",
      "c:3 theirs",
    ]);
  });

  it("takes new cells where they stand, and deletions", () => {
    const mine = documentOf({ a: "1", c: "3", m: "new" });
    const theirs = documentOf({ t0: "first", a: "1", b: "2", t: "behind b", c: "3" });
    const { conflicts, resolve } = mergeCells(base, mine, theirs);
    expect(conflicts).toEqual([]);
    expect(textOf(resolve(new Map()))).toEqual(["t0:first", "a:1", "t:behind b", "c:3", "m:new"]);
  });

  it("asks about a cell that one side deleted and the other changed", () => {
    const mine = documentOf({ a: "1", c: "3" });
    const theirs = documentOf({ a: "1", b: "2 theirs", c: "3" });
    const { conflicts, resolve } = mergeCells(base, mine, theirs);
    expect(conflicts).toMatchObject([{ id: "b", mine: null, theirs: { source: "2 theirs" } }]);
    expect(textOf(resolve(new Map()))).toEqual(["a:1", "c:3"]);
    expect(textOf(resolve(new Map([["b", "theirs"]])))).toEqual(["a:1", "b:2 theirs", "c:3"]);
  });
});
