import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode as encodeJpeg } from "jpeg-js";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomStream } from "../../../src/core/random/random-stream.ts";
import type { Dataset } from "../../../src/shared/experiments/dataset.ts";
import type { ImportPlan } from "../../../src/shared/experiments/data-import.ts";
import { firstSpec } from "../../../src/shared/specs/first-spec.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { npyBytes } from "../../unit/main/lab/datasets/import-folder.ts";
import { runPython, TORCH_PYTHON } from "../exchange/run-python.ts";
import { openTestLab, type TestLab } from "./open-test-lab.ts";

/** Where Debian's package dataset-fashion-mnist puts its files. */
const FASHION = "/usr/share/datasets/fashion-mnist";
const CLASSES = 10;
const SIDE = 32;

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(2);
});
afterAll(async () => {
  await test.close();
});

async function take(paths: readonly string[], change: Partial<ImportPlan> = {}): Promise<Dataset> {
  const { plan } = await test.lab.datasets.preview({ paths });
  return test.lab.datasets.accept({ ...plan, ...change });
}

async function trained(spec: TrainSpec) {
  const run = await test.lab.training.start({ spec, threads: 2 }).done;
  expect(run).toMatchObject({ status: "finished", failure: null });
  return run;
}

async function predicted(runId: string, data: string): Promise<string[][]> {
  const out = join(test.folder, "predicted.csv");
  await test.lab.predict.predictFile({ runId, weights: "final" }, { data, out, overwrite: true });
  return readFileSync(out, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));
}

describe.skipIf(!existsSync(FASHION))(
  "Fashion-MNIST's IDX files (skipped where Debian's dataset-fashion-mnist is not installed)",
  () => {
    it("become 60,000 training and 10,000 test images, and twenty epochs give 88 % of the test images", async () => {
      const files = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];
      const paths = files.map((name) => join(FASHION, `${name}-ubyte.gz`));
      const dataset = await take(paths, { title: "Fashion" });
      expect(dataset).toMatchObject({
        features: 784,
        testRows: 10_000,
        layout: { height: 28, width: 28, channels: 1 },
      });
      expect(dataset.trainRows + dataset.validRows).toBe(60_000);
      const spec = firstSpec(dataset);
      const data = { ...spec.data, rows: dataset.trainRows };
      const schedule = { name: "cosine", warmupSteps: 0 } as const;
      const run = await trained({ ...spec, data, schedule, epochs: 20 });
      const score = await test.lab.predict.test({ runId: run.id, weights: "final" });
      process.stdout.write(
        `Fashion-MNIST: test accuracy ${score.accuracy ?? NaN} after ${Date.parse(run.finishedAt ?? "") - Date.parse(run.startedAt)} ms\n`,
      );
      expect(score.accuracy).toBeGreaterThanOrEqual(0.88);
      expect(score).toMatchObject({ rows: 10_000, looks: 1 });
    }, 400_000);
  },
);

/** A coloured image whose class is the colour of a disc before noise. */
function picture(label: number, stream: ReturnType<typeof randomStream>): Uint8Array {
  const colour = [0, 1, 2].map((c) => 127 + 120 * Math.cos((2 * Math.PI * label) / CLASSES + 2 * c));
  const [cx, cy] = [12 + 8 * stream.next(), 12 + 8 * stream.next()];
  const data = new Uint8Array(4 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const inside = Math.hypot((i % SIDE) - cx, Math.floor(i / SIDE) - cy) < 9;
    for (let c = 0; c < 3; c++) data[4 * i + c] = inside ? (colour[c] ?? 0) : 60 * stream.next();
    data[4 * i + 3] = 255;
  }
  return data;
}
const pngOf = (data: Uint8Array): Uint8Array => {
  const png = new PNG({ width: SIDE, height: SIDE });
  png.data.set(data);
  return new Uint8Array(PNG.sync.write(png));
};

describe("32 × 32 × 3 images of ten classes, a folder a class, PNG and JPEG", () => {
  it("train a classifier, which predicts a folder, an image, and arrays with the channels first", async () => {
    const [folder, news] = [join(test.folder, "discs"), join(test.folder, "new discs")];
    mkdirSync(news);
    const stream = randomStream(5);
    const fresh: Uint8Array[] = [];
    for (let label = 0; label < CLASSES; label++) {
      mkdirSync(join(folder, `class ${label}`), { recursive: true });
      for (let i = 0; i < 14; i++) {
        const data = picture(label, stream);
        const jpeg = i % 3 === 0;
        const bytes = jpeg ? encodeJpeg({ width: SIDE, height: SIDE, data }, 90).data : pngOf(data);
        writeFileSync(join(folder, `class ${label}`, `${i}.${jpeg ? "jpg" : "png"}`), bytes);
      }
      const data = picture(label, stream);
      fresh.push(data);
      writeFileSync(join(news, `new ${label}.png`), pngOf(data));
    }
    const dataset = await take([folder], { title: "Discs" });
    expect(dataset).toMatchObject({ features: 3_072, layout: { height: 32, width: 32, channels: 3 } });
    const run = await trained({ ...firstSpec(dataset), epochs: 60 });
    const score = await test.lab.predict.test({ runId: run.id, weights: "final" });
    expect(score.accuracy).toBeGreaterThan(0.9);

    const ofFolder = await predicted(run.id, news);
    expect(ofFolder[0].slice(0, 3)).toEqual(["file", "class", "probability of class 0"]);
    expect(ofFolder.slice(1).map(([file]) => file)).toEqual(fresh.map((_, label) => `new ${label}.png`));
    const right = ofFolder.slice(1).filter(([, name], label) => name === `class ${label}`).length;
    expect(right).toBeGreaterThanOrEqual(9);
    for (const [, , ...shares] of ofFolder.slice(1)) {
      expect(shares.reduce((sum, share) => sum + Number(share), 0)).toBeCloseTo(1, 4);
    }

    const [, alone] = await predicted(run.id, join(news, "new 3.png"));
    expect(alone.slice(1)).toEqual(ofFolder[4].slice(1));
    const channelsFirst = new Uint8Array(CLASSES * 3 * SIDE * SIDE);
    fresh.forEach((data, row) => {
      for (let c = 0; c < 3; c++) {
        for (let i = 0; i < SIDE * SIDE; i++)
          channelsFirst[(3 * row + c) * SIDE * SIDE + i] = data[4 * i + c] ?? 0;
      }
    });
    const array = join(test.folder, "new.npy");
    writeFileSync(array, npyBytes("|u1", [CLASSES, 3, SIDE, SIDE], channelsFirst));
    const ofArray = await predicted(run.id, array);
    expect(ofArray.map(([, ...columns]) => columns)).toEqual(ofFolder.map(([, ...columns]) => columns));

    writeFileSync(array, npyBytes("|u1", [2, 5], new Uint8Array(10)));
    await expect(predicted(run.id, array)).rejects.toThrow(
      /new\.npy, byte 0: expected rows of 3072 values, images of 32 × 32 × 3, as Discs has them, got shape \(2, 5\)/,
    );
    await expect(predicted(run.id, join(test.folder, "nowhere.npy"))).rejects.toThrow(
      /cannot be read.*Choose a file/,
    );
  });
});

describe("letters", () => {
  it("are 26 classes with their names", async () => {
    const stream = randomStream(11);
    const names = Array.from({ length: 26 }, (_, i) => String.fromCharCode(65 + i));
    const features = 16;
    const centres = names.map(() => Array.from({ length: features }, () => Math.floor(16 * stream.next())));
    const lines = Array.from({ length: 26 * 40 }, (_, row) => {
      const letter = row % 26;
      const values = centres[letter].map((centre) =>
        Math.round(centre + 3 * (stream.next() - stream.next())),
      );
      return [names[letter], ...values].join(",");
    });
    const path = join(test.folder, "letters.data");
    writeFileSync(
      path,
      `lettr,${centres[0]?.map((_, i) => `f${i + 1}`).join(",") ?? ""}\n${lines.join("\n")}\n`,
    );
    const { plan } = await test.lab.datasets.preview({ paths: [path] });
    const columns = plan.columns.map((choice, i) => ({
      ...choice,
      role: i === 0 ? ("label" as const) : ("feature" as const),
    }));
    const dataset = await test.lab.datasets.accept({ ...plan, title: "Letters", columns, target: "classes" });
    expect(dataset.target).toEqual({ kind: "classes", names });
    const run = await trained(firstSpec(dataset));
    expect((await test.lab.predict.test({ runId: run.id, weights: "final" })).accuracy).toBeGreaterThan(0.9);
    const learned = await test.lab.learned.inspect({ runId: run.id, weights: "final" });
    expect(learned.classNames).toEqual(names);
    expect(learned.confusion.reduce((sum, { count }) => sum + count, 0)).toBe(dataset.validRows);
  });
});

describe.skipIf(TORCH_PYTHON === null)("a regression (skipped where no Python can import torch)", () => {
  it("has the R² that PyTorch finds after the same training on the same split, to 1e-4", async () => {
    const stream = randomStream(3);
    const line = (): string => {
      const [rooms, age, side] = [
        1 + Math.floor(7 * stream.next()),
        60 * stream.next(),
        ["north", "south"][Math.floor(2 * stream.next())],
      ];
      const price =
        50_000 * rooms -
        700 * age +
        (side === "south" ? 30_000 : 0) +
        90_000 +
        20_000 * (stream.next() - 0.5);
      return `${rooms},${age.toFixed(1)},${side},${price.toFixed(0)}`;
    };
    const path = join(test.folder, "houses.csv");
    writeFileSync(path, `rooms,age,side,price\n${Array.from({ length: 500 }, line).join("\n")}\n`);
    const dataset = await take([path], { title: "Houses" });
    const run = await trained({ ...firstSpec(dataset), epochs: 20 });
    const folder = join(test.folder, "houses in torch");
    await test.lab.exchange.exportPyTorch({ runId: run.id }, { path: folder, overwrite: false });
    await runPython(TORCH_PYTHON ?? "", ["train.py"], folder);
    const program = `
import torch
from lab_support import load_safetensors as load
from model import Net
from train import normalised
data, model = load("data.safetensors"), Net()
model.load_state_dict(load("trained.safetensors"), strict=True)
model.eval()
with torch.no_grad():
    wanted, found = data["valid.y"].double(), model(normalised(data["valid.x"])).double().squeeze(1)
print(1 - (((found - wanted) ** 2).sum() / ((wanted - wanted.mean()) ** 2).sum()).item())
`;
    const theirs = Number(await runPython(TORCH_PYTHON ?? "", ["-c", program], folder));
    const { regressions } = await test.lab.learned.inspect({ runId: run.id, weights: "final" });
    expect(theirs).toBeGreaterThan(0.9);
    expect(Math.abs(regressions[0].r2 - theirs)).toBeLessThan(1e-4);
    expect(Math.abs(Number(run.summary["validR2"]) - theirs)).toBeLessThan(1e-4);
  });
});
