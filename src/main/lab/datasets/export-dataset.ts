import { rowsOf, SPLITS } from "../../../shared/experiments/dataset.ts";
import { replaceFile } from "../../data/replace-file.ts";
import type { ReadingWatch } from "../../data/table-source.ts";
import { firstRowOf, targetWidth, type DataSource } from "./data-source.ts";

const VALUES_AT_ONCE = 1 << 18;

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

/** Writes a data set as one CSV: features as they are stored, targets, and the split of each row. @returns its rows. */
export async function exportDataset(
  source: DataSource,
  path: string,
  { overwrite, watch }: { readonly overwrite: boolean; readonly watch: ReadingWatch },
): Promise<number> {
  const { features, featureNames, target, storage } = source.dataset;
  const width = targetWidth(source.dataset);
  const names = Array.from({ length: features }, (_, i) => featureNames[i] ?? `value ${i + 1}`);
  const targets = target.kind === "classes" ? ["label"] : target.names;
  const text = storage === "uint8" ? String : numberText;
  let written = 0;
  const total = SPLITS.reduce((sum, split) => sum + rowsOf(source.dataset, split), 0);
  await replaceFile(
    path,
    async (handle) => {
      await handle.appendFile(`${[...names, ...targets, "split"].map(field).join(",")}\n`);
      const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / features));
      for (const split of SPLITS) {
        const rows = rowsOf(source.dataset, split);
        for (let row = 0; row < rows; row += rowsAtOnce) {
          watch.checkpoint();
          const count = Math.min(rowsAtOnce, rows - row);
          const first = firstRowOf(source.dataset, split) + row;
          const [values, labels] = [await source.features(first, count), await source.targets(first, count)];
          const lines: string[] = [];
          for (let i = 0; i < count; i++) {
            const line = Array.from(values.subarray(i * features, (i + 1) * features), text);
            for (const label of labels.subarray(i * width, (i + 1) * width)) {
              line.push(target.kind === "classes" ? field(target.names[label] ?? "") : numberText(label));
            }
            lines.push(`${line.join(",")},${split}\n`);
          }
          await handle.appendFile(lines.join(""));
          written += count;
          watch.progress(written / total);
        }
      }
    },
    { overwrite },
  );
  return written;
}
