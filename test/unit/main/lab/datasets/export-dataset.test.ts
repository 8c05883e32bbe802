import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DATASET_FORMATS } from "../../../../../src/shared/experiments/dataset-formats.ts";
import { exportDataset, formatOf } from "../../../../../src/main/lab/datasets/export/export-dataset.ts";
import { rowBlocks } from "../../../../../src/main/lab/datasets/export/row-blocks.ts";
import type { StoredDataset } from "../../../../../src/shared/experiments/stored-dataset.ts";
import { ImportFolder, idxBytes } from "./import-folder.ts";

const WATCH = { checkpoint: () => undefined, progress: () => undefined };
const ROWS = Array.from({ length: 60 }, (_, i) => i);
const TABLE = `a,"b, c",kind\n${ROWS.map((i) => `${i / 8},${(i * 7) % 11}.1,${["x", 'y "z"'][i % 2] ?? ""}`.replace('y "z"', '"y ""z"""')).join("\n")}\n`;

let folder: ImportFolder;
beforeEach(() => {
  folder = new ImportFolder();
});
afterEach(() => folder.remove());

const written = async (stored: StoredDataset, name: string): Promise<string> => {
  const path = join(folder.path, name);
  const rows = await exportDataset(folder.source(stored), path, {
    format: formatOf(name),
    overwrite: false,
    watch: WATCH,
  });
  const { trainRows, validRows, testRows } = stored.dataset;
  expect(rows).toBe(trainRows + validRows + testRows);
  return path;
};

/** Every value, target and split, in order. */
async function contentOf(stored: StoredDataset): Promise<unknown[]> {
  const { target, features } = stored.dataset;
  const all: unknown[] = [];
  for await (const { split, rows, values, targets } of rowBlocks(folder.source(stored), WATCH)) {
    for (let row = 0; row < rows; row++) {
      const targetsOfRow = target.kind === "classes" ? [target.names[targets[row] ?? -1]] : [targets[row]];
      all.push([split, ...values.subarray(row * features, (row + 1) * features), ...targetsOfRow]);
    }
  }
  return all;
}

/** The file again, split as its column says. */
async function again(path: string): Promise<StoredDataset> {
  const { plan } = await folder.preview(path);
  const columns = plan.columns.map((choice, i) =>
    i === plan.columns.length - 1 ? { ...choice, role: "split" as const } : choice,
  );
  const label = columns.length - 2;
  const roles = columns.map((choice, i) => (i === label ? { ...choice, role: "label" as const } : choice));
  return folder.accept({ ...plan, columns: roles, split: { by: "column" } });
}

describe("exportDataset()", () => {
  it.each(["csv", "parquet"])("of a table as .%s is read again as the same rows", async (ending) => {
    const stored = await folder.import(folder.write("t.csv", TABLE), { title: "t" });
    const read = await again(await written(stored, `out.${ending}`));
    expect(read.dataset.featureNames).toEqual(stored.dataset.featureNames);
    expect(await contentOf(read)).toEqual(await contentOf(stored));
  });

  it("of images as .npz has arrays as numpy saves them, which are read again as the same images", async () => {
    const [x, y] = [
      idxBytes(
        8,
        [60, 3, 5],
        Uint8Array.from({ length: 900 }, (_, i) => (i * 13) % 256),
      ),
      idxBytes(
        8,
        [60],
        Uint8Array.from(ROWS, (i) => i % 3),
      ),
    ];
    const stored = await folder.import([folder.write("i-idx3", x), folder.write("l-idx1", y)]);
    expect(stored.dataset).toMatchObject({ layout: { height: 3, width: 5, channels: 1 }, storage: "uint8" });
    const path = await written(stored, "out.npz");
    const { dataset } = await folder.import(path, { title: stored.dataset.title });
    expect(dataset).toEqual(stored.dataset);
    const twice = await written(stored, "twice.npz");
    expect(readFileSync(twice)).toEqual(readFileSync(path));
  });

  it("of numbers keeps them in float32, several targets too", async () => {
    const text = `a,b,p,q\n${ROWS.map((i) => `${i / 3},${i % 5},${i * 1.7},${-i}.25`).join("\n")}\n`;
    const { plan } = await folder.preview(folder.write("n.csv", text));
    const columns = plan.columns.map((choice, i) =>
      i >= 2 ? { ...choice, role: "label" as const } : { ...choice, role: "feature" as const },
    );
    const stored = await folder.accept({ ...plan, columns, target: "numbers" });
    const path = await written(stored, "out.npz");
    const read = await folder.import(path, { target: "numbers" });
    expect(await contentOf(read)).toEqual(await contentOf(stored));
  });

  it.each(DATASET_FORMATS)("as .%s that is cancelled leaves nothing", async (format) => {
    const stored = await folder.import(folder.write("t.csv", TABLE));
    const path = join(folder.path, "cut", `out.${format}`);
    folder.write("cut/other.txt", "stays");
    const checkpoint = (): void => {
      throw new Error("cancelled");
    };
    await expect(
      exportDataset(folder.source(stored), path, {
        format,
        overwrite: false,
        watch: { ...WATCH, checkpoint },
      }),
    ).rejects.toThrow("cancelled");
    expect(readdirSync(dirname(path))).toEqual(["other.txt"]);
  });

  it("asks for an ending that says the format", () => {
    expect(() => formatOf("rows.xlsx")).toThrow(/expected one of \.csv, \.parquet, \.npz/);
    expect(() => formatOf("rows")).toThrow(/which it has not/);
  });
});
