import type { DocumentExportFormat } from "../../shared/documents/document-records.ts";
import { writeIpynb, type NotebookOutput } from "../../shared/documents/ipynb.ts";
import type { LabDocument } from "../../shared/documents/lab-document.ts";
import { writeLabDocument } from "../../shared/documents/write-lab-document.ts";
import type { CellOutput } from "../../shared/live/cell-output.ts";
import type { CellResult } from "../../shared/live/cell-result.ts";
import type { StoredCell } from "../../shared/live/live-session.ts";
import { cellErrorText, cellOutputText } from "./cell-output-text.ts";
import { picturePng } from "./html/picture-png.ts";
import { svgChart, svgHistogram } from "./html/svg-chart.ts";

const notebookOutput = (output: CellOutput): NotebookOutput => ({
  text: cellOutputText(output),
  svg: output.kind === "chart" ? svgChart(output) : output.kind === "histogram" ? svgHistogram(output) : null,
  png: output.kind === "image" || output.kind === "heat" ? picturePng(output).png.toString("base64") : null,
  // What JSON keeps: NaN and the infinities are in the text.
  data: JSON.parse(JSON.stringify(output)) as NotebookOutput["data"],
});

/** By cell what it showed, as a .ipynb holds it; the error last. */
export function notebookOutputs(
  results: readonly CellResult[],
): ReadonlyMap<string, readonly NotebookOutput[]> {
  return new Map(
    results.map(({ id, outputs, error }) => {
      const failure =
        error === null ? [] : [{ text: cellErrorText(error), svg: null, png: null, data: null }];
      return [id, [...outputs.map(notebookOutput), ...failure]] as const;
    }),
  );
}

/** Loaded when it is wanted: with Markdown and formulas it is a tenth of the start of every command. */
async function htmlOf(document: LabDocument, stored: readonly StoredCell[]): Promise<string> {
  const { documentHtml } = await import("./html/document-html.ts");
  return documentHtml(document, stored);
}

/** A document in the form of a file that is handed on. */
export async function exportedDocument(
  document: LabDocument,
  {
    format,
    stored,
    printHtml,
  }: {
    readonly format: DocumentExportFormat;
    /** What its cells gave. */
    readonly stored: readonly StoredCell[];
    readonly printHtml: (html: string) => Promise<Uint8Array>;
  },
): Promise<string | Uint8Array> {
  switch (format) {
    case "lab":
      return writeLabDocument(document);
    case "ipynb":
      return writeIpynb(document, notebookOutputs(stored.map(({ result }) => result)));
    case "py":
      return (await import("../../sandbox/python/python-notebook.ts")).pythonFile(document).text;
    case "html":
      return htmlOf(document, stored);
    case "pdf":
      return printHtml(await htmlOf(document, stored));
  }
}
