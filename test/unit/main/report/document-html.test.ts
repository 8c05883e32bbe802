import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { documentHtml } from "../../../../src/main/report/html/document-html.ts";
import { encodePng } from "../../../../src/main/report/html/encode-png.ts";
import { readLabDocument } from "../../../../src/shared/documents/read-lab-document.ts";
import type { CellOutput } from "../../../../src/shared/live/cell-output.ts";
import type { StoredCell } from "../../../../src/shared/live/live-session.ts";

const stored = (
  cell: string,
  outputs: CellOutput[],
  error: StoredCell["result"]["error"] = null,
): StoredCell => ({
  cell,
  at: "2026-11-27T05:00:00.000Z",
  hash: "h",
  current: true,
  judged: null,
  runId: null,
  result: {
    id: cell,
    outputs,
    error,
    generation: 1,
    wallMs: 1,
    operations: 0,
    flushes: 0,
    tensors: 0,
    tensorBytes: 0,
  },
});

const page = (text: string, cells: readonly StoredCell[] = []): string =>
  documentHtml(
    readLabDocument("x.lab.ts", `// lab notebook 1 · title: <b>Mine</b>\n${text}`).document,
    cells,
  );

test("text becomes HTML, formulas MathML; markup of the text stays text, links that run nothing stay away", () => {
  const html = page(
    "// %% md id=a\n// # The *relu*\n//\n// $x^2$ <script>alert(1)</script> [go](javascript:alert(2)) \\href\n// $$\\href{javascript:alert(3)}{y}$$\n",
  );
  expect(html).toContain("<h1>The <em>relu</em></h1>");
  expect(html).toMatch(/<math[ >][\s\S]*<msup>/);
  expect(html).toContain("&lt;script&gt;");
  expect(html).not.toMatch(/<script|href="javascript|<iframe|<link|src="http/i);
  expect(html).toContain("default-src 'none'");
  expect(html).toContain("<title>&lt;b&gt;Mine&lt;/b&gt;</title>");
});

test("code and outputs stand there as text, tables, drawings and pictures", () => {
  const html = page("// %% code id=a\nconst a = b < c && d;\n// %% code id=b\nfail();\n", [
    stored("a", [
      { kind: "text", text: "<img src=x onerror=alert(1)>" },
      { kind: "table", columns: ["name", "value"], rows: [["w", 1 / 3]] },
      {
        kind: "chart",
        title: "loss & more",
        xLabel: "step",
        yLabel: "loss",
        yScale: "log",
        series: [{ name: "train", x: [0, 1, 2, 3], y: [1, NaN, 0.1, 0.01] }],
      },
      { kind: "histogram", title: "", lo: -1, hi: 1, counts: [1, 5, 2], elements: 8, notFinite: 0 },
      {
        kind: "image",
        title: "digit",
        images: [{ rows: 2, columns: 2, values: [0, 0.5, 1, 0.25] }],
        lo: 0,
        hi: 1,
      },
    ]),
    stored("b", [], { kind: "runtime", name: "TypeError", message: "a < b", frames: [] }),
  ]);
  expect(html).toContain("const a = b &lt; c &amp;&amp; d;");
  expect(html).not.toContain("<img src=x");
  expect(html).toContain("<td>0.3333</td>");
  expect(html).toContain("loss &amp; more");
  // The NaN breaks the line in two.
  expect(/<path d="(M[^"]*)"/.exec(html)?.[1]?.match(/M/g)).toHaveLength(2);
  expect(html.match(/<rect /g)).toHaveLength(3);
  expect(html).toContain('src="data:image/png;base64,');
  expect(html).toContain("a &lt; b");
});

test("a picture is a PNG of its pixels", () => {
  const png = encodePng(Uint8Array.of(0, 50, 100, 150, 200, 250), { width: 3, height: 2 });
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toStrictEqual([3, 2]);
  const length = png.readUInt32BE(33);
  expect(png.subarray(37, 41).toString()).toBe("IDAT");
  expect([...inflateSync(png.subarray(41, 41 + length))]).toStrictEqual([0, 0, 50, 100, 0, 150, 200, 250]);
});
