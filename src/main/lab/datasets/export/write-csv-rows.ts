import type { FileHandle } from "node:fs/promises";
import type { ReadingWatch } from "../../../data/table-source.ts";
import { targetWidth, type DataSource } from "../data-source.ts";
import { columnNames, rowBlocks } from "./row-blocks.ts";

/** A field of RFC 4180. */
const field = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Float32 as its shortest text that is read as the same number. */
function numberText(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

/** Writes a header and a line a row. */
export async function writeCsvRows(
  handle: FileHandle,
  source: DataSource,
  watch: ReadingWatch,
): Promise<void> {
  const { features, target, storage } = source.dataset;
  const width = targetWidth(source.dataset);
  const text = storage === "uint8" ? String : numberText;
  await handle.appendFile(`${columnNames(source.dataset).map(field).join(",")}\n`);
  for await (const { split, rows, values, targets } of rowBlocks(source, watch)) {
    const lines = Array.from({ length: rows }, (_, row) => {
      const line = Array.from(values.subarray(row * features, (row + 1) * features), text);
      for (const value of targets.subarray(row * width, (row + 1) * width)) {
        line.push(target.kind === "classes" ? field(target.names[value] ?? "") : numberText(value));
      }
      return `${line.join(",")},${split}\n`;
    });
    await handle.appendFile(lines.join(""));
  }
}
