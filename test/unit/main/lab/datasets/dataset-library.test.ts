import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DatasetLibrary } from "../../../../../src/main/lab/datasets/dataset-library.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "backprop-lab-data-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const libraryOf = (onProblem: (problem: string) => void = () => undefined): DatasetLibrary =>
  new DatasetLibrary({ root: join(root, "data"), resourcesDir: "resources", onProblem });

const SOUND = { id: "bars", title: "Bars", trainRows: 3, validRows: 1, normalisation: "unit" };

function dataset(
  description: object | string,
  labels = Uint8Array.of(0, 1, 2, 9),
  imageBytes = 4 * 784,
): DatasetLibrary {
  const folder = join(root, "data", "bars");
  mkdirSync(folder, { recursive: true });
  const text = typeof description === "string" ? description : JSON.stringify(description);
  writeFileSync(join(folder, "dataset.json"), text);
  writeFileSync(join(folder, "labels.bin"), labels);
  writeFileSync(join(folder, "images.bin"), new Uint8Array(imageBytes));
  return libraryOf();
}

describe("a data set's folder (issue 14, 34)", () => {
  it("is what the data set is called, whatever its description says: removing it removes nothing else", async () => {
    mkdirSync(join(root, "lab-checkpoints"));
    const library = dataset({ ...SOUND, id: "../lab-checkpoints" });
    expect(library.list().map(({ id }) => id)).toEqual(["mnist", "bars"]);
    await expect(library.remove({ id: "../lab-checkpoints" })).rejects.toThrow("There is no data set");
    await library.remove({ id: "bars" });
    expect(existsSync(join(root, "lab-checkpoints"))).toBe(true);
    expect(existsSync(join(root, "data", "bars"))).toBe(false);
  });

  it.each([
    ["rows below 0", { ...SOUND, trainRows: -5 }],
    ["1e12 rows", { ...SOUND, trainRows: 1e12 }],
    ["half a row", { ...SOUND, validRows: 0.5 }],
    ["no training rows", { ...SOUND, trainRows: 0 }],
    ["another normalisation", { ...SOUND, normalisation: "none" }],
    ["no title", { ...SOUND, title: 7 }],
    ["no JSON", "{"],
    ["too long a text", `{"a":"${"x".repeat(70_000)}"}`],
  ])("is not listed with %s, and that is said once, with the folder", (_what, description) => {
    dataset(description);
    const said: string[] = [];
    const library = libraryOf((problem) => said.push(problem));
    expect(library.list()).toHaveLength(1);
    library.list();
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(`The folder ${join(root, "data", "bars")} is left out: `);
    expect(() => library.find("bars")).toThrow(/"bars" cannot be used\. The folder .* is left out/);
  });

  it("that nobody describes is named; an import that was cut short is not", () => {
    mkdirSync(join(root, "data", "copied-by-hand"), { recursive: true });
    mkdirSync(join(root, "data", "bars-12ab.part"));
    const said: string[] = [];
    libraryOf((problem) => said.push(problem)).list();
    expect(said).toEqual([expect.stringMatching(/copied-by-hand is left out: ENOENT.*dataset\.json/)]);
  });

  it("is checked when it is loaded: sizes, and every label with its row", async () => {
    const load = async (library: DatasetLibrary) => {
      const source = library.open("bars");
      return [await source.targets(0, 4), await source.features(0, 4)] as const;
    };
    expect((await load(dataset(SOUND)))[0]).toHaveLength(4);
    await expect(load(dataset(SOUND, Uint8Array.of(0, 1, 200, 3)))).rejects.toThrow("200 as label of row 3");
    await expect(load(dataset(SOUND, Uint8Array.of(0, 1)))).rejects.toThrow(
      "expected 4 bytes, got 2; import the data again",
    );
    await expect(load(dataset(SOUND, undefined, 783))).rejects.toThrow(
      "expected 3136 bytes, got 783; import the data again",
    );
  });
});
