import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../../src/main/lab/lab.ts";
import type { ImportPlan } from "../../../src/shared/experiments/data-import.ts";
import type { Dataset } from "../../../src/shared/experiments/dataset.ts";
import { firstSpec } from "../../../src/shared/specs/first-spec.ts";
import { TRAIN_PRESETS } from "../../../src/shared/specs/train-presets.ts";
import { toyDataset } from "../../../src/shared/experiments/toys.ts";
import { pixelBytes } from "../../../src/shared/experiments/pixel-range.ts";
import { npyBytes } from "../../unit/main/lab/datasets/import-folder.ts";
import { THOROUGH } from "../../thorough.ts";
import { labOptions, openTunedLab } from "./open-test-lab.ts";

const folder = mkdtempSync(join(tmpdir(), "backprop-lab-datasets-"));
let lab: Lab;
beforeAll(async () => {
  lab = await openTunedLab(labOptions(folder, 2));
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

const IRIS = "test/golden/iris.csv";

async function take(paths: string | readonly string[], change: Partial<ImportPlan> = {}): Promise<Dataset> {
  const { plan } = await lab.datasets.preview({ paths: typeof paths === "string" ? [paths] : paths });
  return lab.datasets.accept({ ...plan, ...change });
}

describe("an import", () => {
  it("of Iris trains to a classifier, which is tested, predicts new rows, and is there after a restart", async () => {
    const iris = await take(IRIS, { title: "Iris" });
    expect(iris).toMatchObject({ features: 4, target: { names: ["setosa", "versicolor", "virginica"] } });
    await lab.close();
    lab = await openTunedLab(labOptions(folder, 2));
    expect(lab.datasets.list().map(({ id }) => id)).toEqual(["mnist", iris.id]);
    const spec = { ...firstSpec(iris), keepEveryMinutes: 1e-6 };
    const run = await lab.training.start({ spec, threads: 2 }).done;
    expect(run).toMatchObject({ status: "finished", failure: null });
    expect(run.summary["validAccuracy"]).toBeGreaterThan(0.85);

    const untouched = { rows: iris.testRows, looks: 0, looksOfRun: 0, refusal: "" };
    expect(lab.predict.testRows({ runId: run.id })).toEqual(untouched);
    const score = await lab.predict.test({ runId: run.id, weights: "final" });
    expect(score.accuracy).toBeGreaterThan(0.85);
    expect([score.looks, score.looksOfRun]).toEqual([1, 1]);
    expect((await lab.predict.test({ runId: run.id, weights: "final" })).looks).toBe(2);
    expect(score).toMatchObject({ rows: iris.testRows, weights: "final" });
    const tested = lab.runs.get({ runId: run.id }).events.filter(({ kind }) => kind === "tested");
    expect(tested.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^on 2\d test rows, final weights: accuracy .*, loss .*; look 1 at these rows$/),
      expect.stringMatching(/look 2 at these rows$/),
    ]);
    expect(tested[0].at).toBe(score.at);

    // What was kept on its way can be chosen as what it came to: here before the first step.
    const weights = await lab.learned.weights({ runId: run.id });
    expect(weights.slice(0, 3)).toEqual(["final", "best", "kept-0"]);
    const kept = await lab.learned.inspect({ runId: run.id, weights: "kept-0" });
    expect(kept.step).toBe(0);
    const final = await lab.learned.inspect({ runId: run.id, weights: "final" });
    expect(kept.right).toBeLessThan(final.right);
    await expect(lab.predict.test({ runId: run.id, weights: "kept-987654" })).rejects.toThrow(
      /has no kept-987654 weights in ".*": there are final, best, kept-0/,
    );
    expect(lab.predict.testRows({ runId: run.id })).toEqual({ ...untouched, looks: 2, looksOfRun: 2 });

    const details = await lab.datasets.details({ id: iris.id });
    expect(details).toMatchObject({ testLooks: 2, files: ["iris.csv"], runs: [{ id: run.id }] });
    expect(details.classes.map(({ trainRows }) => trainRows)).toEqual([34, 34, 34]);

    const out = join(folder, "predicted.csv");
    const data = join(folder, "new.csv");
    // Columns in another order, and no label.
    const columns = readFileSync(IRIS, "utf8").split("\n")[0]?.split(",").slice(0, 4) ?? [];
    const rows = [
      [5.1, 3.5, 1.4, 0.2],
      [6.7, 3.1, 5.6, 2.4],
    ];
    writeFileSync(
      data,
      `${columns.toReversed().join(",")}\n${rows.map((row) => row.toReversed().join(",")).join("\n")}\n`,
    );
    expect(
      await lab.predict.predictFile({ runId: run.id, weights: "final" }, { data, out, overwrite: false }),
    ).toBe(2);
    const [header, first, second] = readFileSync(out, "utf8").split("\n");
    expect(header).toBe("row,class,probability of setosa,probability of versicolor,probability of virginica");
    expect(first).toMatch(/^1,setosa,0\.9|^1,setosa,1/);
    expect(second).toMatch(/^2,virginica,/);
    writeFileSync(data, "a,b\n1,2\n");
    await expect(
      lab.predict.predictFile(
        { runId: run.id, weights: "final" },
        { data, out: join(folder, "x.csv"), overwrite: false },
      ),
    ).rejects.toThrow(/new\.csv, line 1: expected a column "sepal/);
    expect(readdirSync(folder)).not.toContain("x.csv");
  });

  it("is a regression by its last column: R² and errors in its own units", async () => {
    const path = join(folder, "house.csv");
    const line = (i: number): string => {
      const [rooms, age] = [1 + (i % 7), (i * 13) % 50];
      return `${rooms},${age},${50_000 * rooms - 700 * age + 90_000}`;
    };
    writeFileSync(path, `rooms,age,price\n${Array.from({ length: 300 }, (_, i) => line(i)).join("\n")}\n`);
    const house = await take(path, { title: "House" });
    const run = await lab.training.start({ spec: firstSpec(house), threads: 2 }).done;
    expect(run).toMatchObject({ status: "finished", failure: null });
    const score = await lab.predict.test({ runId: run.id, weights: "final" });
    expect(score.r2).toBeGreaterThan(0.98);
    expect(score.mae).toBeGreaterThan(10);
    expect(score.mae).toBeLessThan(20_000);
  });

  // Moons and a regression are trained on by name in general-data.test.ts too.
  it.each(
    THOROUGH
      ? (["circles", "xor", "moons", "gaussians", "spirals", "regression"] as const)
      : (["circles", "spirals"] as const),
  )("is not needed for a toy: %s is trained on by its name", async (toy) => {
    const dataset = toyDataset({ toy, rows: 300, noise: 0.02, seed: 1 });
    const run = await lab.training.start({ spec: firstSpec(dataset), threads: 1 }).done;
    expect(run).toMatchObject({ status: "finished", failure: null });
    if (toy !== "regression") expect(run.summary["validAccuracy"]).toBeGreaterThan(0.8);
  });

  it("has its content in the run's identity: the same data the same run, other data another", async () => {
    const path = join(folder, "t.csv");
    const write = (last: number): void =>
      writeFileSync(
        path,
        `a,b,y\n${Array.from({ length: 60 }, (_, i) => `${i},${i === 59 ? last : i % 5},${i % 2}`).join("\n")}\n`,
      );
    write(1);
    const first = await take(path, { title: "T" });
    const again = await take(path, { title: "T" });
    expect(again).toEqual(first);
    write(2);
    const other = await take(path, { title: "T" });
    expect(other.contentHash).not.toBe(first.contentHash);
    const id = (dataset: Dataset): string =>
      lab.training.identify({ spec: firstSpec(dataset), threads: 1 }).id;
    expect(id(again)).toBe(id(first));
    expect(id(other)).not.toBe(id(first));
  });

  it.each([
    ["floats from 0 to 1", 1 / 15],
    ["bytes from 0 to 15", 1],
  ])("of images as %s is shown as light wherever its rows are", async (named, unit) => {
    const [rows, pixels] = [60, 784];
    const lightness = (row: number, pixel: number): number => [0, 3, 15][(pixel + row) % 3] ?? 0;
    const values = Float32Array.from(
      { length: rows * pixels },
      (_, i) => unit * lightness(Math.floor(i / pixels), i % pixels),
    );
    const paths = ["x.npy", "y.npy"].map((name) => join(folder, name));
    const labels = Float32Array.from({ length: rows }, (_, i) => i % 2);
    writeFileSync(paths[0] ?? "", npyBytes("<f4", [rows, 28, 28], new Uint8Array(values.buffer)));
    writeFileSync(paths[1] ?? "", npyBytes("<f4", [rows], new Uint8Array(labels.buffer)));
    const light = [0, 51, 255];
    const lights = (bytes: Uint8Array | undefined): number[] =>
      [...new Set(bytes)].toSorted((one, other) => one - other);
    expect(lights((await lab.datasets.preview({ paths })).images[0]?.values)).toEqual(light);
    const dataset = await take(paths, { title: named, target: "classes" });
    expect(dataset.storage).toBe(unit === 1 ? "uint8" : "float32");
    const details = await lab.datasets.details({ id: dataset.id });
    expect(lights(details.images[0]?.values)).toEqual(light);

    const run = await lab.training.start({ spec: { ...firstSpec(dataset), epochs: 5 }, threads: 1 }).done;
    const trained = { runId: run.id, weights: "final" } as const;
    const { pixelRange } = await lab.learned.inspect(trained);
    expect(pixelRange).toEqual({ low: 0, high: 15 * unit });
    const [example] = await lab.learned.examples({ ...trained, rows: [0] });
    if (pixelRange === null) throw new TypeError("nothing to draw");
    const drawn = pixelBytes(example.features, pixelRange);
    expect(lights(drawn)).toEqual(light);
    // What is drawn by hand is to the network what such a row is.
    const said = await lab.learned.predict({ ...trained, pixels: drawn });
    said.outputs.forEach((output, i) => expect(output).toBeCloseTo(example.outputs[i], 5));
  });

  it("is removed and brought back; MNIST stays; a training on what is gone says so", async () => {
    const path = join(folder, "gone.csv");
    writeFileSync(path, `a,y\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 2}`).join("\n")}\n`);
    const dataset = await take(path);
    const run = await lab.training.start({ spec: { ...firstSpec(dataset), epochs: 1 }, threads: 1 }).done;
    await lab.datasets.remove({ id: dataset.id });
    expect(lab.predict.testRows({ runId: run.id }).refusal).toMatch(/There is no data set .*was removed/);
    expect(lab.datasets.list().map(({ id }) => id)).not.toContain(dataset.id);
    expect(() => lab.training.start({ spec: firstSpec(dataset), threads: 1 })).toThrow(
      /There is no data set .*was removed, and can be restored/,
    );
    expect(lab.datasets.restore({ id: dataset.id })).toEqual(dataset);
    expect(lab.datasets.list().map(({ id }) => id)).toContain(dataset.id);
    await expect(lab.datasets.remove({ id: "mnist" })).rejects.toThrow(/stays/);
  });

  it("is exported as CSV whose import by its split column has the same rows", async () => {
    const iris = await take(IRIS, { title: "Iris" });
    const out = join(folder, "iris-out.csv");
    expect(await lab.datasets.export({ id: iris.id, path: out })).toBe(150);
    const back = await take(out, { title: "Iris" });
    expect(back.contentHash).toBe(iris.contentHash);
  });

  it("can be cancelled, and leaves nothing", async () => {
    const path = join(folder, "long.csv");
    writeFileSync(path, `a,b,y\n${"0.123456,0.654321,1\n0.5,0.25,0\n".repeat(100_000)}`);
    const before = readdirSync(join(folder, "lab-data"));
    const reading = lab.datasets.preview({ paths: [path] });
    setTimeout(() => lab.activity.cancel(), 20);
    await expect(reading).rejects.toThrow(/cancelled/);
    const { plan } = await lab.datasets.preview({ paths: [path] });
    const importing = lab.datasets.accept(plan);
    setTimeout(() => lab.activity.cancel(), 20);
    await expect(importing).rejects.toThrow(/cancelled/);
    expect(readdirSync(join(folder, "lab-data"))).toEqual(before);
  });
});

describe("a data set of an earlier version", () => {
  it("is trained on as before, and its runs keep their ids", async () => {
    const [rows, pixels] = [60, 784];
    const place = join(folder, "lab-data", "bars-12ab");
    mkdirSync(place, { recursive: true });
    writeFileSync(
      join(place, "images.bin"),
      Uint8Array.from({ length: rows * pixels }, (_, i) => (Math.floor(i / pixels) % 10) * 25 + (i % 3)),
    );
    writeFileSync(
      join(place, "labels.bin"),
      Uint8Array.from({ length: rows }, (_, i) => i % 10),
    );
    writeFileSync(
      join(place, "dataset.json"),
      JSON.stringify({
        id: "bars-12ab",
        title: "Bars",
        trainRows: 50,
        validRows: 10,
        normalisation: "meanStd",
      }),
    );
    const data = { name: "bars-12ab", split: "train", rows: 50 } as const;
    const spec = { ...TRAIN_PRESETS.small.spec, data, batchSize: 10, validRows: 10, epochs: 2 };
    const run = await lab.training.start({ spec, threads: 1 }).done;
    expect(run).toMatchObject({ status: "finished", failure: null });
    const { id } = lab.training.identify({ spec, threads: 1 });
    expect(id).toBe(run.id);
    // Its content is no part of the identity: ids of runs that are saved already must not change.
    expect(lab.datasets.list().find(({ id: name }) => name === "bars-12ab")?.contentHash).toBe("");
  });

  it("as MNIST, has its own test images as test rows", async () => {
    const { spec } = TRAIN_PRESETS.small;
    const data = { ...spec.data, rows: 2_000 };
    const run = await lab.training.start({ spec: { ...spec, data, validRows: 500, epochs: 2 }, threads: 2 })
      .done;
    const score = await lab.predict.test({ runId: run.id, weights: "final" });
    expect(score).toMatchObject({ rows: 10_000, dataset: "mnist", looks: 1 });
    expect(score.accuracy).toBeGreaterThan(0.7);
  });
});
