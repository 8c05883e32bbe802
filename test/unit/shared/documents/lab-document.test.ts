import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readIpynb, writeIpynb } from "../../../../src/shared/documents/ipynb.ts";
import {
  DEFAULT_HEADER,
  type CellKind,
  type DocumentCell,
  type JsonObject,
  type LabDocument,
} from "../../../../src/shared/documents/lab-document.ts";
import { readLabDocument } from "../../../../src/shared/documents/read-lab-document.ts";
import { writeLabDocument } from "../../../../src/shared/documents/write-lab-document.ts";

const EXAMPLE = `// lab notebook 1 · title: Backward by hand · seed: 7 · threads: 2 · rows: 50000
// %% md id=k3f9
// # The relu
//
// max(x, 0)
// %% code id=p27x title="relu backwards"
function relu_backwards(inp: Tensor, out: Tensor) {
  inp.g = inp.gt(0).float().mul(out.g!);
}
// %% exercise id=q8 name=relu_backwards points=3
function relu_backwards(inp: Tensor, out: Tensor) {}
// %% hint
// Think.
//
// Of where it is flat.
// %% hint
// $f'$ is 0 or 1
// %% check
{
const x = randn(7, 5);
}
// %% solution
{
function relu_backwards(inp: Tensor, out: Tensor) {
  inp.g = inp.gt(0).float().mul(out.g!);
}
}
`;

const read = (text: string): ReturnType<typeof readLabDocument> => readLabDocument("a.lab.ts", text);

const line = fc.oneof(
  fc.constantFrom(
    "",
    "// %% code id=x",
    "// \\%% md",
    "%% md",
    "//",
    "const a = 1;",
    "\\%%",
    "// %% metadata {}",
  ),
  fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[\r\n\0]/g, " ")),
);
const source = fc.array(line, { maxLength: 6 }).map((lines) => lines.join("\n"));
const attributeText = fc.string({ maxLength: 8 }).filter((text) => !text.includes("\0"));
const attributes = fc.dictionary(
  fc.constantFrom("title", "name", "tags", "later", "hints", "check", "solution"),
  fc.oneof(
    attributeText,
    fc.array(attributeText, { maxLength: 3 }),
    fc.constantFrom("{\n}", "a\n\n{", "// %% md"),
  ),
  { noNullPrototype: true },
);
const metadata = fc.option(
  fc.dictionary(fc.constantFrom("collapsed", "slideshow"), fc.oneof(fc.boolean(), attributeText), {
    minKeys: 1,
    noNullPrototype: true,
  }),
) as fc.Arbitrary<JsonObject | null>;
const cellOf = (kinds: readonly CellKind[]): fc.Arbitrary<Omit<DocumentCell, "id">> =>
  fc
    .record({ kind: fc.constantFrom(...kinds), attributes, source, metadata })
    .chain((cell) =>
      fc.constantFrom("later", "hint", "check", "solution").map((later) => ({ ...cell, later })),
    )
    .map(({ kind, later, ...cell }) => ({ ...cell, kind, marker: kind === "unknown" ? later : kind }));
const documentOf = (kinds: readonly CellKind[]): fc.Arbitrary<LabDocument> =>
  fc
    .record({
      cells: fc.array(cellOf(kinds), { maxLength: 6 }),
      title: fc.constantFrom("", "Backward by hand", "seed: 3", "π"),
      seed: fc.nat(),
      metadata,
    })
    .map(({ cells, title, seed, metadata: notebookMetadata }) => ({
      header: { ...DEFAULT_HEADER, title, seed },
      metadata: notebookMetadata,
      cells: cells.map((cell, index) => ({ ...cell, id: `c${index}` })),
    }));
const RUNS = { numRuns: 300, seed: 11 };

describe("a document's file", () => {
  test("is read and written back byte for byte", () => {
    const { document, notices } = read(EXAMPLE);
    expect(notices).toEqual([]);
    expect(document.cells.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      "md k3f9",
      "code p27x",
      "exercise q8",
    ]);
    expect(document.cells[0]?.source).toBe("# The relu\n\nmax(x, 0)");
    expect(document.cells[1]?.attributes).toEqual({ title: "relu backwards" });
    expect(document.cells[2]?.source).toBe("function relu_backwards(inp: Tensor, out: Tensor) {}");
    expect(document.cells[2]?.attributes).toMatchObject({
      points: "3",
      hints: ["Think.\n\nOf where it is flat.", "$f'$ is 0 or 1"],
      check: "const x = randn(7, 5);",
    });
    expect(document.header.seed).toBe(7);
    expect(writeLabDocument(document)).toBe(EXAMPLE);
  });

  test("keeps any text, even text that looks like markers", () => {
    fc.assert(
      fc.property(documentOf(["md", "code", "exercise", "locked", "unknown"]), (document) => {
        const text = writeLabDocument(document);
        expect(read(text).document).toEqual(document);
        expect(writeLabDocument(read(text).document)).toBe(text);
      }),
      RUNS,
    );
  });

  test("keeps CRLF, drops a byte order mark, and reads a file without header as one cell", () => {
    const crlf = read(`\uFEFF${EXAMPLE.replaceAll("\n", "\r\n")}`);
    expect(crlf.document).toEqual(read(EXAMPLE).document);
    expect(writeLabDocument(crlf.document, crlf.lineEnding)).toBe(EXAMPLE.replaceAll("\n", "\r\n"));
    const plain = read("const a = 1;\nprint(a);\n").document;
    expect(plain.header).toEqual(DEFAULT_HEADER);
    expect(plain.cells.map(({ kind, source: code }) => [kind, code])).toEqual([
      ["code", "const a = 1;\nprint(a);"],
    ]);
  });

  test("keeps what a later version may write, and says so", () => {
    const text =
      "// lab notebook 1 · title: T · seed: 1 · threads: 2 · rows: 10 · mood: calm\n// %% slider id=s1 from=0\nx\n";
    const { document, notices } = read(text);
    expect(document.header.unknown).toEqual({ mood: "calm" });
    expect(document.cells[0]).toMatchObject({ kind: "unknown", marker: "slider", source: "x" });
    expect(notices).toEqual([
      'Line 2: cells of kind "slider" are not known to this version; the cell is kept and not run.',
    ]);
    expect(writeLabDocument(document)).toBe(text);
  });

  test("gives a second cell of one id a new one, the same at every reading", () => {
    const text = "// lab notebook 1\n// %% code id=a\n1\n// %% code id=a\n2\n// %% code id=b/c\n3\n";
    const first = read(text);
    const ids = first.document.cells.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toBe("a");
    expect(first.notices).toHaveLength(2);
    expect(first.notices[0]).toContain('Line 4: the cell\'s id "a" stands twice');
    expect(read(text).document).toEqual(first.document);
  });

  test("refuses in words what is no notebook", () => {
    expect(() => read(`// lab notebook 9\n`)).toThrow("written by a newer Backprop Lab");
    expect(() => read("a\0b")).toThrow("a.lab.ts, byte 1: expected text, got a zero byte");
    expect(() => read("x".repeat(10_000_001))).toThrow("expected at most 10 MB of text, got 10.0 MB");
    expect(read("// lab notebook 1 · seed: -3 · rows: many").notices).toEqual([
      'Line 1: seed is "-3"; expected a whole number from 0 to 4294967295. 42 is used.',
      'Line 1: rows is "many"; expected a whole number from 1 to 50000. 50000 is used.',
    ]);
    expect(read("// lab notebook 1\n// %% code id=a\n// %% metadata [1]\n").notices[0]).toContain(
      "no JSON object",
    );
  });
});

describe("a Jupyter notebook", () => {
  const python = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "python3", language: "python", display_name: "Python 3" }, author: "me" },
    cells: [
      { cell_type: "markdown", id: "m1", metadata: { tags: ["x"] }, source: ["# Title\n", "text"] },
      {
        cell_type: "code",
        id: "p1",
        metadata: {},
        execution_count: 3,
        source: "import torch",
        outputs: [
          { output_type: "stream", name: "stdout", text: ["1\n", "2\n"] },
          {
            output_type: "display_data",
            metadata: {},
            data: {
              "text/html": "<script>alert(1)</script>",
              "image/svg+xml": "<svg onload=alert(1)>",
              "text/plain": "a figure",
              "image/png": "iVBORw0KGgoAAAA=",
            },
          },
          { output_type: "error", ename: "ValueError", evalue: "no", traceback: [] },
        ],
      },
    ],
  };

  test("comes back from a document with text, order, ids and metadata", () => {
    fc.assert(
      fc.property(documentOf(["md", "code", "exercise", "unknown"]), (document) => {
        expect(readIpynb("a.ipynb", writeIpynb(document)).document).toEqual(document);
      }),
      RUNS,
    );
  });

  test("of Python is kept as locked text; only text and PNG of its outputs are shown", () => {
    const { document, outputs, notices } = readIpynb("a.ipynb", JSON.stringify(python));
    expect(document.cells.map(({ kind, id, source: text }) => [kind, id, text])).toEqual([
      ["md", "m1", "# Title\ntext"],
      ["locked", "p1", "import torch"],
    ]);
    expect(document.cells[1]?.attributes).toEqual({ language: "python" });
    expect(outputs.get("p1")).toEqual([
      { text: "1\n2\n", svg: null, png: null, data: null },
      { text: "a figure", svg: null, png: "iVBORw0KGgoAAAA=", data: null },
      { text: "ValueError: no", svg: null, png: null, data: null },
    ]);
    expect(JSON.stringify([...outputs.values()])).not.toContain("script");
    expect(notices.join(" ")).toContain("text/html");
    const again = JSON.parse(writeIpynb(document)) as typeof python;
    expect(again.metadata.kernelspec).toEqual(python.metadata.kernelspec);
    expect(again.cells.map(({ source: text }) => [text].flat().join(""))).toEqual([
      "# Title\ntext",
      "import torch",
    ]);
    expect(readIpynb("a.ipynb", JSON.stringify(again)).document).toEqual(document);
    const own: DocumentCell = {
      kind: "code",
      marker: "code",
      id: "own",
      attributes: {},
      source: "print(1)",
      metadata: null,
    };
    const mixed = { ...document, cells: [...document.cells, own] };
    expect(readIpynb("a.ipynb", writeIpynb(mixed)).document).toEqual(mixed);
  });

  test("of another format, or none, is refused in words", () => {
    expect(() => readIpynb("a.ipynb", "{")).toThrow("a.ipynb, as JSON: expected a Jupyter notebook");
    expect(() => readIpynb("a.ipynb", '{"nbformat":3,"worksheets":[]}')).toThrow(
      "expected 4, got 3; open it in Jupyter",
    );
    expect(() => readIpynb("a.ipynb", '{"nbformat":4,"cells":[{"source":1,"cell_type":"code"}]}')).toThrow(
      "cells.0.source",
    );
    expect(() => readIpynb("a.ipynb", '{"nbformat":4}')).toThrow("cells");
  });
});
