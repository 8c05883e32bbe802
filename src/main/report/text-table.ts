import { visibleText } from "../../shared/runs/visible-text.ts";

/** Columns of text, padded to their widest cell, with a rule under the head. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // A line's end within a cell would begin a row of its own.
  const all = [head, ...rows].map((row) => row.map((text) => visibleText(text, { lines: false })));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const [titles = "", ...below] = all.map(line);
  return [titles, widths.map((width) => "-".repeat(width)).join("  "), ...below].join("\n");
}
