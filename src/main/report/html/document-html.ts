import { micromark } from "micromark";
import { math, mathHtml } from "micromark-extension-math";
import { counted } from "../../../core/counted.ts";
import { withDisplayFormulas } from "../../../shared/documents/display-formulas.ts";
import { cellLabel, type DocumentCell, type LabDocument } from "../../../shared/documents/lab-document.ts";
import type { CellOutput } from "../../../shared/live/cell-output.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { formatQuantity } from "../../../shared/format/quantity.ts";
import type { StoredCell } from "../../../shared/live/live-session.ts";
import type { QuantityValue } from "../../../shared/runs/run-records.ts";
import { cellErrorText, cellOutputText } from "../cell-output-text.ts";
import { escapeHtml } from "./escape-html.ts";
import { picturePng } from "./picture-png.ts";
import { svgChart, svgHistogram } from "./svg-chart.ts";

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
pre { font: 13px/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0.5rem 0; }
.code { background: #f5f6f8; border-left: 3px solid #0072b2; padding: 0.6rem 0.8rem; tab-size: 2; }
.out { border-left: 3px solid #ccc; padding-left: 0.8rem; }
.error { border-left-color: #b2182b; color: #8b1020; }
.note { color: #555; font-size: 14px; }
table { border-collapse: collapse; margin: 0.5rem 0; font-size: 14px; }
th, td { border: 1px solid #ccc; padding: 0.15rem 0.6rem; text-align: right; }
th:first-child, td:first-child { text-align: left; }
img { image-rendering: pixelated; max-width: 100%; }
svg { max-width: 100%; height: auto; }
section { margin: 1rem 0; }
@media print { body { margin: 0; max-width: none; } pre, table, svg, img { break-inside: avoid; } }
`;

/** Nothing of the page may run, load or be sent anywhere. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const markdown = (text: string): string =>
  micromark(withDisplayFormulas(text), {
    extensions: [math()],
    // MathML needs no fonts and no script.
    htmlExtensions: [mathHtml({ output: "mathml", trust: false, throwOnError: false })],
  });

const quantity = (value: QuantityValue | null, given: boolean): string =>
  value === null ? "–" : formatQuantity(value, 1, { given });

const row = (tag: "td" | "th", cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;

const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><thead>${row("th", columns)}</thead><tbody>${rows.map((cells) => row("td", cells)).join("")}</tbody></table>`;

function outputHtml(output: CellOutput): string {
  switch (output.kind) {
    case "chart":
      return svgChart(output);
    case "histogram":
      return svgHistogram(output);
    case "image":
    case "heat": {
      const { png, width } = picturePng(output);
      const shown = Math.min(640, Math.max(width, output.kind === "heat" ? 320 : width * 2));
      const title = output.title === "" ? output.kind : output.title;
      return `<p>${escapeHtml(output.title)}</p><img alt="${escapeHtml(title)}" width="${shown}" src="data:image/png;base64,${png.toString("base64")}">`;
    }
    case "table":
      return table(
        output.columns,
        output.rows.map((cells) =>
          cells.map((cell) => (typeof cell === "number" ? formatNumber(cell) : cell)),
        ),
      );
    case "text":
    case "value":
    case "show":
    case "check":
    case "activation":
    case "loss":
    case "layer":
    case "notice":
      return `<pre>${escapeHtml(cellOutputText(output))}</pre>`;
  }
}

function judgedHtml(judged: StoredCell["judged"]): string {
  if (judged === null) return "";
  const rows = judged.numbers.map(({ label, unit, expected, measured }) => [
    unit === "" ? label : `${label} (${unit})`,
    quantity(expected, true),
    quantity(measured, false),
  ]);
  const numbers = rows.length === 0 ? "" : table(["quantity", "original", "here"], rows);
  return `${numbers}<p class="note">${escapeHtml(`${judged.verdict}: ${judged.reason}`)}</p>`;
}

function cellHtml(cell: DocumentCell, stored: StoredCell | undefined): string {
  if (cell.kind === "md") return `<section>${markdown(cell.source)}</section>`;
  const label = cellLabel(cell);
  const title = label === cell.id ? "" : `<p class="note">${escapeHtml(label)}</p>`;
  const code = `<pre class="code">${escapeHtml(cell.source)}</pre>`;
  if (stored === undefined) return `<section>${title}${code}</section>`;
  const { error, outputs } = stored.result;
  const shown = [...outputs.map(outputHtml), judgedHtml(stored.judged)].join("");
  const failure = error === null ? "" : `<pre class="out error">${escapeHtml(cellErrorText(error))}</pre>`;
  const old = stored.current
    ? ""
    : `<p class="note">From an earlier text of this cell, or of what it needs.</p>`;
  return `<section>${title}${code}${shown === "" ? "" : `<div class="out">${old}${shown}</div>`}${failure}</section>`;
}

/** A document as one page of its own: text, formulas, code and what the cells gave, without scripts. */
export function documentHtml({ header, cells }: LabDocument, stored: readonly StoredCell[]): string {
  const byCell = new Map(stored.map((one) => [one.cell, one]));
  const { title, seed, threads, rows } = header;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p class="note">Backprop Lab notebook · seed ${seed} · ${counted(threads, "thread")} · ${counted(rows, "row")}</p>
${cells.map((cell) => cellHtml(cell, byCell.get(cell.id))).join("\n")}
</body>
</html>
`;
}
