import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ImportFolder, npyBytes } from "../../unit/main/lab/datasets/import-folder.ts";

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

function lab(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const all = [PROGRAM, ...args, "--database", join(folder, "lab.sqlite")];
  return spawnSync(process.execPath, all, { encoding: "utf8", timeout: 120_000 });
}
const contentOf = ({ stdout }: { readonly stdout: string }): string =>
  (JSON.parse(stdout) as { contentHash: string }).contentHash;

describe("lab data", () => {
  it("imports what the window imports, with the same content", async () => {
    const iris = resolve("test/golden/iris.csv");
    const x = files.write(
      "x.npy",
      npyBytes(
        "|u1",
        [40, 3],
        Uint8Array.from({ length: 120 }, (_, i) => i),
      ),
    );
    const y = files.write(
      "y.npy",
      npyBytes(
        "|u1",
        [40],
        Uint8Array.from({ length: 40 }, (_, i) => i % 2),
      ),
    );
    for (const paths of [[iris], [x, y]]) {
      const { dataset } = await files.import(paths, { title: "Same" });
      const answer = lab("data", "import", ...paths, "--title", "Same", "--json");
      expect(answer.stderr).toBe("");
      expect(contentOf(answer)).toBe(dataset.contentHash);
    }
  });

  it("takes a label by name or place, lists, shows, exports, removes and restores", () => {
    const iris = resolve("test/golden/iris.csv");
    const byName = lab(
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
    const byPlace = lab(
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
    expect(lab("data", "list").stdout).toContain(id);
    expect(lab("data", "show", id).stdout).toContain("petal length");
    const out = join(folder, "out.csv");
    expect(lab("data", "export", id, "--out", out).status).toBe(0);
    expect(readFileSync(out, "utf8").split("\n")).toHaveLength(152);
    expect(lab("data", "remove", id).status).toBe(0);
    expect(lab("data", "list").stdout).not.toContain(id);
    expect(lab("data", "restore", id).status).toBe(0);
    const wrong = lab("data", "import", iris, "--label", "colour");
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toContain('There is no column "colour": there are sepal length');
  });
});
