import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { DEFAULT_HEADER, type LabDocument } from "../../../../src/shared/documents/lab-document.ts";
import {
  editNotebook,
  openNotebook,
  type NotebookAction,
  type NotebookEdit,
} from "../../../../src/renderer/live/document/notebook-edit.ts";

const documentOf = (...sources: readonly string[]): LabDocument => ({
  header: DEFAULT_HEADER,
  metadata: null,
  cells: sources.map((source, at) => ({
    kind: "code",
    id: `c${at}`,
    marker: "code",
    attributes: {},
    source,
    metadata: null,
  })),
});
const run = (edit: NotebookEdit, ...actions: readonly NotebookAction[]): NotebookEdit =>
  actions.reduce(editNotebook, edit);
const sourcesOf = ({ document }: NotebookEdit) => document.cells.map(({ source }) => source);
const typed = (cell: string, source: string, at: number): NotebookAction => ({
  type: "typed",
  cell,
  source,
  at,
});

describe("the one history of a document", () => {
  it("takes strokes without a pause back together, and others alone", () => {
    const edit = run(
      openNotebook(documentOf("")),
      typed("c0", "a", 0),
      typed("c0", "ab", 200),
      typed("c0", "abc", 400),
      typed("c0", "abc d", 5_000),
    );
    const once = run(edit, { type: "undo" });
    expect(sourcesOf(once)).toEqual(["abc"]);
    expect(sourcesOf(run(once, { type: "undo" }))).toEqual([""]);
  });

  it("leads back to exactly the text that was run or checked, however fast one types on", () => {
    const edit = run(
      openNotebook(documentOf("")),
      typed("c0", "a", 0),
      typed("c0", "ab", 100),
      { type: "tried" },
      typed("c0", "abc", 200),
      typed("c0", "abcd", 300),
    );
    const once = run(edit, { type: "undo" });
    expect(sourcesOf(once)).toEqual(["ab"]);
    expect(sourcesOf(run(once, { type: "undo" }))).toEqual([""]);
    expect(run(once, { type: "tried" }, { type: "redo" }).document).toBe(edit.document);
  });

  it("goes through texts and structure in one order", () => {
    const edit = run(
      openNotebook(documentOf("a", "b")),
      typed("c0", "a1", 0),
      { type: "delete", cell: "c1" },
      typed("c0", "a2", 100),
    );
    const back1 = run(edit, { type: "undo" });
    expect(sourcesOf(back1)).toEqual(["a1"]);
    const back2 = run(back1, { type: "undo" });
    expect(sourcesOf(back2)).toEqual(["a1", "b"]);
    expect(back2.chosen).toBe("c0");
    expect(sourcesOf(run(back2, { type: "undo" }))).toEqual(["a", "b"]);
    expect(sourcesOf(run(back2, { type: "redo" }, { type: "redo" }))).toEqual(["a2"]);
  });

  it("undoes whatever was done, and does it again", () => {
    const action = fc.oneof(
      fc.record({
        type: fc.constant("insert" as const),
        place: fc.nat(3),
        kind: fc.constantFrom("md" as const, "code" as const, "exercise" as const),
        draw: fc.string(),
      }),
      fc.record({ type: fc.constant("delete" as const), cell: fc.constantFrom("c0", "c1", "c2") }),
      fc.record({
        type: fc.constant("move" as const),
        cell: fc.constantFrom("c0", "c1", "c2"),
        by: fc.integer({ min: -3, max: 3 }),
      }),
      fc.record({
        type: fc.constant("typed" as const),
        cell: fc.constantFrom("c0", "c1", "c2"),
        source: fc.string(),
        at: fc.nat(),
      }),
      fc.record({
        type: fc.constant("split" as const),
        cell: fc.constantFrom("c0", "c1"),
        offset: fc.nat(5),
        draw: fc.string(),
      }),
      fc.record({ type: fc.constant("mergeBelow" as const), cell: fc.constantFrom("c0", "c1") }),
      fc.record({
        type: fc.constant("kind" as const),
        cell: fc.constantFrom("c0", "c1"),
        kind: fc.constantFrom("md" as const, "code" as const),
      }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const start = openNotebook(documentOf("one", "two", "three"));
        const end = run(start, ...actions);
        let edit = end;
        while (edit.past.length > 0) edit = editNotebook(edit, { type: "undo" });
        expect(edit.document).toEqual(start.document);
        while (edit.future.length > 0) edit = editNotebook(edit, { type: "redo" });
        expect(edit.document).toEqual(end.document);
        expect(new Set(end.document.cells.map(({ id }) => id)).size).toBe(end.document.cells.length);
      }),
    );
  });

  it("takes strokes in an exercise's check for one step, and those in another part for another", () => {
    const stroke = (name: string, value: string, at: number): NotebookAction => ({
      type: "attribute",
      cell: "c0",
      name,
      value,
      at,
    });
    const start = openNotebook(documentOf("one"));
    const edit = run(start, stroke("check", "e", 0), stroke("check", "eq", 100), stroke("title", "T", 200));
    expect(edit.past).toHaveLength(2);
    const back = run(edit, { type: "undo" });
    expect(back.document.cells[0]?.attributes).toEqual({ check: "eq" });
    expect(run(back, { type: "undo" }).document).toEqual(start.document);
  });

  it("keeps cells that it cannot write as they are", () => {
    const locked: LabDocument = {
      ...documentOf(),
      cells: [
        {
          kind: "locked",
          id: "p",
          marker: "locked",
          attributes: { language: "python" },
          source: "x",
          metadata: null,
        },
      ],
    };
    const edit = openNotebook(locked);
    expect(run(edit, { type: "kind", cell: "p", kind: "code" })).toBe(edit);
    expect(run(edit, { type: "split", cell: "p", offset: 0, draw: "" })).toBe(edit);
  });
});
