import type { FileHandle } from "node:fs/promises";
import type { ReadingWatch } from "../../../data/table-source.ts";
import { targetWidth, type DataSource } from "../data-source.ts";
import { columnNames, rowBlocks } from "./row-blocks.ts";

/** Values of a row group: some megabytes in memory. */
const GROUP_VALUES = 1 << 22;

const required = { repetition_type: "REQUIRED" } as const;
const text = { type: "BYTE_ARRAY", converted_type: "UTF8", ...required } as const;

/** Two columns of one name would be one column. */
function apart(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let number = 2; taken.has(own); number++) own = `${name} ${number}`;
    taken.add(own);
    return own;
  });
}

/** Writes features as INT32 or FLOAT, as they are stored, numbers as FLOAT, classes and splits by their names. */
export async function writeParquetRows(
  handle: FileHandle,
  source: DataSource,
  watch: ReadingWatch,
): Promise<void> {
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
  const { features, target, storage } = source.dataset;
  const width = targetWidth(source.dataset);
  const names = apart(columnNames(source.dataset));
  const value = { type: storage === "uint8" ? "INT32" : "FLOAT", ...required } as const;
  const kindOf = (column: number) => {
    if (column < features) return value;
    return target.kind === "numbers" && column < features + width
      ? ({ type: "FLOAT", ...required } as const)
      : text;
  };
  const writer = new ByteWriter();
  const schema = [
    { name: "rows", num_children: names.length },
    ...names.map((name, column) => ({ name, ...kindOf(column) })),
  ];
  const parquet = new ParquetWriter({ writer, schema, createdBy: "backprop-lab" });
  let columns: (number | string)[][] = names.map(() => []);
  const flush = async (): Promise<void> => {
    const rows = columns[0]?.length ?? 0;
    if (rows === 0) return;
    await parquet.write({
      columnData: names.map((name, column) => ({ name, data: columns[column] ?? [] })),
      rowGroupSize: rows,
    });
    columns = names.map(() => []);
    await handle.appendFile(writer.getBytes());
    // What is in the file is needed no more; the offset goes on.
    writer.index = 0;
  };
  const groupRows = Math.max(1, Math.floor(GROUP_VALUES / names.length));
  for await (const { split, rows, values, targets } of rowBlocks(source, watch)) {
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < features; i++) columns[i]?.push(values[row * features + i] ?? NaN);
      for (let i = 0; i < width; i++) {
        const one = targets[row * width + i] ?? NaN;
        columns[features + i]?.push(target.kind === "classes" ? (target.names[one] ?? "") : one);
      }
      columns[features + width]?.push(split);
    }
    if ((columns[0]?.length ?? 0) >= groupRows) await flush();
  }
  await flush();
  await parquet.finish();
  await handle.appendFile(writer.getBytes());
}
