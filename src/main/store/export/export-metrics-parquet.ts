import { replaceFile } from "../../data/replace-file.ts";
import { storeFailure } from "../store-failure.ts";
import type { SqliteStore } from "../sqlite-store.ts";
import type { Checkpoint } from "./write-csv.ts";

/** Rows of a group: some megabytes at a time. */
const GROUP_ROWS = 100_000;
/** Columns as pandas and R take them; strings are kept once each and referred to. */
const TEXTS = ["run_id", "run_name", "metric"] as const;
const DOUBLES = ["epoch", "value", "wall_ms"] as const;
const text = (name: string) =>
  ({ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" }) as const;
const SCHEMA = [
  { name: "metrics", num_children: TEXTS.length + DOUBLES.length + 1 },
  ...TEXTS.map(text),
  { name: "step", type: "INT64", repetition_type: "REQUIRED" } as const,
  ...DOUBLES.map((name) => ({ name, type: "DOUBLE", repetition_type: "REQUIRED" }) as const),
];

/**
 * Writes every point of every metric as Parquet, a row a point.
 *
 * @returns the number of rows.
 * @throws {StoreError} If a run cannot be read or the file cannot be written: an earlier file is then as it was.
 */
export async function exportMetricsParquet(
  store: SqliteStore,
  runIds: readonly string[],
  path: string,
  checkpoint: Checkpoint = () => undefined,
): Promise<number> {
  let rows = 0;
  try {
    await replaceFile(path, async (handle) => {
      const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
      const writer = new ByteWriter();
      const parquet = new ParquetWriter({ writer, schema: [...SCHEMA], createdBy: "backprop-lab" });
      const texts: Record<(typeof TEXTS)[number], string[]> = { run_id: [], run_name: [], metric: [] };
      const steps: bigint[] = [];
      const doubles: Record<(typeof DOUBLES)[number], number[]> = { epoch: [], value: [], wall_ms: [] };
      const write = async (): Promise<void> => {
        checkpoint();
        if (steps.length === 0) return;
        await parquet.write({
          columnData: [
            ...TEXTS.map((name) => ({ name, data: texts[name] })),
            { name: "step", data: steps },
            ...DOUBLES.map((name) => ({ name, data: doubles[name] })),
          ],
        });
        for (const list of [...Object.values(texts), ...Object.values(doubles), steps]) list.length = 0;
      };
      for (const runId of runIds) {
        const { run } = store.getRun(runId);
        for (const { name, step, epoch, value, wallMs } of store.tables.metrics.iterate(runId)) {
          texts.run_id.push(runId);
          texts.run_name.push(run.name);
          texts.metric.push(name);
          steps.push(BigInt(step));
          doubles.epoch.push(epoch);
          doubles.value.push(value);
          doubles.wall_ms.push(wallMs);
          rows++;
          if (steps.length === GROUP_ROWS) await write();
        }
      }
      await write();
      await parquet.finish();
      await handle.writeFile(writer.getBytes());
    });
  } catch (error) {
    throw storeFailure("write the exported rows", path, error);
  }
  return rows;
}
