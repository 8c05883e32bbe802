import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { idxBytes, ImportFolder, npyBytes } from "../../unit/main/lab/datasets/import-folder.ts";
import { storedZip } from "../../unit/main/lab/datasets/stored-zip.ts";
import { labHere, type Ended } from "./lab-here.ts";

const PROGRAM = resolve("out/main/lab.js");
let folder: string;
let files: ImportFolder;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-data-cli-"));
  files = new ImportFolder();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  files.remove();
});

const database = (): readonly string[] => ["--database", join(folder, "lab.sqlite")];
const lab = (...args: string[]): Promise<Ended> => labHere(...args, ...database());
const contentOf = ({ stdout }: { readonly stdout: string }): string =>
  (JSON.parse(stdout) as { contentHash: string }).contentHash;

describe("lab data", () => {
  it("imports each format as the window does, with the same content", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => i);
    const [items, labels] = [
      Uint8Array.from({ length: 120 }, (_, i) => i),
      Uint8Array.from(rows, (i) => i % 2),
    ];
    const [x, y] = [npyBytes("|u1", [40, 3], items), npyBytes("|u1", [40], labels)];
    const lines = rows.map((i) => `${i / 4}\t${i % 7}\t${i % 2 === 0 ? "yes" : "no"}`);
    const parquet = parquetWriteBuffer({
      columnData: [
        { name: "a", data: rows.map((i) => i / 4), type: "DOUBLE" },
        { name: "n", data: rows.map((i) => i % 7), type: "INT32" },
        { name: "label", data: rows.map((i) => (i % 2 === 0 ? "yes" : "no")), type: "STRING" },
      ],
    });
    for (const i of rows) {
      const png = new PNG({ width: 4, height: 4 });
      png.data.fill(i);
      files.write(`pets/${i % 2 === 0 ? "cats" : "dogs"}/${i}.png`, PNG.sync.write(png));
    }
    const formats: Readonly<Record<string, readonly string[]>> = {
      csv: [resolve("test/golden/iris.csv")],
      "tsv, packed": [files.write("t.tsv.gz", gzipSync(`a\tn\tlabel\n${lines.join("\n")}\n`))],
      parquet: [files.write("t.parquet", new Uint8Array(parquet))],
      npy: [files.write("x.npy", x), files.write("y.npy", y)],
      npz: [files.write("d.npz", storedZip({ "x.npy": x, "y.npy": y }))],
      "idx, packed": [
        files.write("i-idx3-ubyte.gz", gzipSync(idxBytes(8, [40, 3, 1], items))),
        files.write("l-idx1-ubyte.gz", gzipSync(idxBytes(8, [40], labels))),
      ],
      "folder of images": [join(files.path, "pets")],
    };
    for (const [format, paths] of Object.entries(formats)) {
      const { dataset } = await files.import(paths, { title: "Same" });
      const answer = await lab("data", "import", ...paths, "--title", "Same", "--json");
      expect(answer.stderr).toBe("");
      expect(contentOf(answer), format).toBe(dataset.contentHash);
    }
  }, 240_000);

  it("takes a label by name or place, lists, shows, exports, removes and restores", async () => {
    const iris = resolve("test/golden/iris.csv");
    const byName = await lab(
      "data",
      "import",
      iris,
      "--label",
      "petal width",
      "--ignore",
      "species",
      "--title",
      "Widths",
      "--json",
    );
    const byPlace = await lab(
      "data",
      "import",
      iris,
      "--label",
      "-2",
      "--ignore",
      "5",
      "--title",
      "Widths",
      "--json",
    );
    expect(contentOf(byPlace)).toBe(contentOf(byName));
    const { id, target } = JSON.parse(byName.stdout) as { id: string; target: { kind: string } };
    expect(target.kind).toBe("numbers");
    expect((await lab("data", "list")).stdout).toContain(id);
    const shown = (await lab("data", "show", id)).stdout;
    expect(shown).toContain("petal length");
    expect(shown).toMatch(
      /normalisation +each feature to mean 0 and standard deviation 1\ntest rows looked at +never/,
    );
    // By the title that one has; of several that have it, all are named.
    expect((await lab("data", "show", "Widths")).stdout).toContain(id);
    expect((await lab("data", "show", "Same")).stderr).toMatch(
      /\d data sets are called "Same": say which \(/,
    );
    for (const ending of ["parquet", "npz"]) {
      expect((await lab("data", "export", id, "--out", join(folder, `out.${ending}`))).status).toBe(0);
      expect(
        readFileSync(join(folder, `out.${ending}`))
          .subarray(0, 2)
          .toString(),
      ).toMatch(/^P[AK]/);
    }
    expect((await lab("data", "export", id, "--out", join(folder, "out.xlsx"))).stderr).toMatch(
      /expected one of \.csv/,
    );
    const out = join(folder, "out.csv");
    expect((await lab("data", "export", id, "--out", out)).status).toBe(0);
    expect(readFileSync(out, "utf8").split("\n")).toHaveLength(152);
    expect((await lab("data", "remove", id)).status).toBe(0);
    expect((await lab("data", "list")).stdout).not.toContain(id);
    expect((await lab("data", "restore", id)).status).toBe(0);
    // As a user's shell runs it.
    const all = [PROGRAM, "data", "import", iris, "--label", "colour", ...database()];
    const wrong = spawnSync(process.execPath, all, { encoding: "utf8", timeout: 120_000 });
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toContain('There is no column "colour": there are sepal length');
  });
});
