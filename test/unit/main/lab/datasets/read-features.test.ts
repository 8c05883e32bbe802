import { join } from "node:path";
import { PNG } from "pngjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readFeatures } from "../../../../../src/main/lab/datasets/read-features.ts";
import type { StoredDataset } from "../../../../../src/shared/experiments/stored-dataset.ts";
import { ImportFolder, npyBytes } from "./import-folder.ts";
import { storedZip } from "./stored-zip.ts";

let folder: ImportFolder;
beforeEach(() => {
  folder = new ImportFolder();
});
afterEach(() => folder.remove());

const ROWS = Array.from({ length: 40 }, (_, i) => i);
const NO_WATCH = { checkpoint: () => undefined, progress: () => undefined };

async function read({ dataset, recipe }: StoredDataset, name: string, content: string | Uint8Array) {
  const values: number[] = [];
  for await (const batch of readFeatures(folder.write(name, content), dataset, { recipe, watch: NO_WATCH }))
    for (const value of batch.values) values.push(value);
  return values;
}

describe("new rows", () => {
  it("miss a value only where one is written as missing, which is filled; words and infinities are refused", async () => {
    const path = folder.write("t.csv", `a,b,y\n${ROWS.map((i) => `${i},${i % 4},${i % 2}`).join("\n")}\n`);
    const stored = await folder.import(path, {
      missing: "mean",
      split: { by: "order", validShare: 0, testShare: 0 },
    });
    expect(await read(stored, "new.csv", "b,a\n1,\nNA,3\n")).toEqual([19.5, 1, 3, 1.5]);
    for (const [field, expected] of [
      ["abc", /line 2, column 1 \("a"\): expected a number, or nothing where it is missing, got "abc"/],
      ['"1,234"', /got "1,234"/],
      ["inf", /got "inf"/],
      ["1e39", /line 2, column 1 \("a"\): expected a finite number that float32 holds, got "1e39"/],
    ] as const) {
      await expect(read(stored, "new.csv", `a,b\n${field},1\n`)).rejects.toThrow(expected);
    }
  });

  it("have a header or none, and decimal commas, as the data set's table has", async () => {
    const words = folder.write(
      "w.csv",
      ROWS.map((i) => `${["red", "blue"][i % 2] ?? ""},${["big", "small"][i % 3] ?? "big"},${i % 2}`).join(
        "\n",
      ),
    );
    const roles = ["feature", "feature", "label"] as const;
    const columns = roles.map((role) => ({ role, kind: "category" as const }));
    const stored = await folder.import(words, { columns, target: "classes" }, { header: false });
    expect(await read(stored, "one.csv", "red,small\n")).toEqual([0, 1, 0, 1]);

    const commas = folder.write("c.csv", `a;b;y\n${ROWS.map((i) => `${i},5;${i};${i % 2}`).join("\n")}\n`);
    const european = await folder.import(commas);
    expect(await read(european, "new.csv", "a;b\n1,250;2\n3;4\n")).toEqual([1.25, 2, 3, 4]);
    expect(await read(european, "new.csv", "a,b\n1.250,2\n")).toEqual([1.25, 2]);
    // Beyond what is looked at to tell a dialect, the data set's own holds.
    const long = await read(european, "new.csv", `a;b\n${"1;2\n".repeat(80_000)}1,250;2\n`);
    expect(long.slice(-2)).toEqual([1.25, 2]);
  });

  it("have codes with zeros before them, also for a set that was imported when those were numbers", async () => {
    const lines = ROWS.map((i) => `${["01", "1", "10"][i % 3] ?? ""},${i % 2}`);
    const columns = (["feature", "label"] as const).map((role) => ({ role, kind: "category" as const }));
    const stored = await folder.import(folder.write("z.csv", `code,y\n${lines.join("\n")}\n`), { columns });
    expect(await read(stored, "new.csv", "code\n01\n10\n")).toEqual([1, 0, 0, 0, 0, 1]);
    await expect(read(stored, "new.csv", "code\n001\n")).rejects.toThrow(
      /expected one of 01, 1, 10, got "001"/,
    );
    const { recipe } = stored;
    const encodings = (recipe?.encodings ?? []).map((one) => ({ ...one, categories: ["1", "10"] }));
    const before = {
      ...stored,
      dataset: { ...stored.dataset, features: 2 },
      recipe: recipe && { ...recipe, encodings },
    };
    expect(await read(before, "new.csv", "code\n01\n10\n")).toEqual([1, 0, 0, 1]);
  });

  it("of a table without names have as many columns, or are without the labels; a column alone keeps its commas", async () => {
    const lines = (columns: readonly number[]): string =>
      ROWS.map((i) => columns.map((column) => [i % 2, i / 2, i * 3, i][column]).join(",")).join("\n");
    const columns = (["label", "feature", "feature", "ignored"] as const).map((role) => ({
      role,
      kind: "number" as const,
    }));
    const stored = await folder.import(
      folder.write("n.csv", lines([0, 1, 2, 3])),
      { columns },
      { header: false },
    );
    const whole = await read(stored, "whole.csv", lines([0, 1, 2, 3]));
    expect(whole.slice(0, 4)).toEqual([0, 0, 0.5, 3]);
    expect(await read(stored, "unlabelled.csv", lines([1, 2, 3]))).toEqual(whole);
    for (const [count, some] of [
      [2, [1, 2]],
      [5, [0, 1, 2, 3, 3]],
    ] as const) {
      await expect(read(stored, "other.csv", lines(some))).rejects.toThrow(
        `its columns: expected 4, as the data's table has, or 3 without column 1: they have no names, got ${count}`,
      );
    }
    const one = await folder.import(
      folder.write("v.csv", `v;y\n${ROWS.map((i) => `${i},5;${i % 2}`).join("\n")}`),
    );
    expect(await read(one, "one.csv", "v\n0,5\n7\n1,25\n")).toEqual([0.5, 7, 1.25]);
    const bare = await folder.import(folder.write("b.csv", ROWS.map((i) => `${i},5;${i % 2}`).join("\n")));
    expect(await read(bare, "bare.csv", "0,5\n1,25\n")).toEqual([0.5, 1.25]);
  });

  it("of arrays are the table that was imported, or one array of such items; turned images are none", async () => {
    const table = npyBytes("|u1", [40, 4], Uint8Array.from(ROWS.flatMap((i) => [i, i % 7, i % 5, i % 2])));
    const stored = await folder.import(folder.write("t.npy", table));
    expect((await read(stored, "same.npy", table)).slice(-3)).toEqual([39, 4, 4]);

    const pixels = Uint8Array.from({ length: 40 * 24 }, (_, i) => i % 251);
    const of = (...shape: readonly number[]): Uint8Array => npyBytes("|u1", [40, ...shape], pixels);
    const labels = npyBytes(
      "|u1",
      [40],
      Uint8Array.from(ROWS, (i) => i % 2),
    );
    const images = await folder.import(
      folder.write("i.npz", storedZip({ "x.npy": of(4, 6), "y.npy": labels })),
    );
    for (const shape of [[24], [4, 6], [1, 4, 6], [4, 6, 1]])
      expect(await read(images, "new.npy", of(...shape))).toEqual([...pixels]);
    for (const shape of [
      [6, 4],
      [2, 12],
    ]) {
      await expect(read(images, "new.npy", of(...shape))).rejects.toThrow(
        `expected rows of 24 values, images of 4 × 6 × 1, as ${images.dataset.title} has them, got shape (40, ${shape.join(", ")})`,
      );
    }
    await expect(
      read(
        images,
        "two.npz",
        storedZip({ "x_test.npy": of(4, 6), "x_train.npy": of(4, 6), "y.npy": labels }),
      ),
    ).rejects.toThrow(
      /expected one array of rows .*x_test shape .* and x_train shape .*in a file of its own/,
    );
  });

  it("of arrays are refused where a value is not finite", async () => {
    const bytes = (values: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer);
    const data = npyBytes("<f8", [40, 3], bytes(ROWS.flatMap((i) => [i / 2, i % 5, i % 2])));
    const stored = await folder.import(folder.write("x.npy", data));
    expect(await read(stored, "n.npy", npyBytes("<f8", [1, 2], bytes([1, 2])))).toEqual([1, 2]);
    for (const bad of [NaN, Infinity, 1e39]) {
      await expect(read(stored, "n.npy", npyBytes("<f8", [2, 2], bytes([1, 2, 3, bad])))).rejects.toThrow(
        /n\.npy, row 2, value 2: expected a finite number that float32 holds, got .* in 1 value of the file/,
      );
    }
    const two = npyBytes("<f8", [2, 2], bytes([1, NaN, 3, Infinity]));
    await expect(read(stored, "n.npy", two)).rejects.toThrow(
      /row 1, value 2: .*got NaN, and so in 2 values of the file: leave such rows out/,
    );
    // Names of columns beside the rows are none of them.
    const names = npyBytes("<U1", [2], new Uint8Array(8));
    const packed = storedZip({ "names.npy": names, "x.npy": npyBytes("<f8", [1, 2], bytes([1, 2])) });
    expect(await read(stored, "n.npz", packed)).toEqual([1, 2]);
  });

  it("of a folder of images are refused with all that are broken", async () => {
    const png = (side: number, value: number): Uint8Array => {
      const image = new PNG({ width: side, height: side });
      image.data.fill(255).set([value, value, value]);
      return new Uint8Array(PNG.sync.write(image));
    };
    for (let i = 0; i < 10; i++) folder.write(`set/${i % 2 === 0 ? "a" : "b"}/${i}.png`, png(3, i));
    const { dataset, recipe } = await folder.import(join(folder.path, "set"));
    for (const [name, content] of Object.entries({
      "1": png(3, 1),
      "2": png(4, 2),
      "3": "none",
      "4": png(3, 4),
    }))
      folder.write(`new/${name}.png`, content);
    const rows = async (): Promise<number> => {
      let count = 0;
      const reading = { recipe, watch: NO_WATCH };
      for await (const batch of readFeatures(join(folder.path, "new"), dataset, reading)) count += batch.rows;
      return count;
    };
    await expect(rows()).rejects.toThrow(/2 images that cannot be taken:\n.*2\.png.*4 × 4.*\n.*3\.png/);
    folder.write("new/2.png", png(3, 2));
    folder.write("new/3.png", png(3, 3));
    expect(await rows()).toBe(4);
  });
});
