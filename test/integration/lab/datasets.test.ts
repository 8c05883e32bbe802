import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../../src/main/lab/lab.ts";
import { openLab } from "../../../src/main/lab/open-lab.ts";
import { TRAIN_PRESETS } from "../../../src/shared/specs/train-presets.ts";
import { labOptions } from "./open-test-lab.ts";

const ROWS = 300;
const PIXELS = 784;

/** A class is a bright row of pixels at its own height. */
const pixelOf = (row: number, pixel: number): number =>
  Math.floor(pixel / 28) === 2 * labelOf(row) + 4 ? 200 + (row % 50) : pixel % 3;
const labelOf = (row: number): number => (row * 7) % 10;

const idx = (shape: readonly number[], values: (index: number) => number): Uint8Array => {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  const count = shape.reduce((product, size) => product * size, 1);
  return new Uint8Array(Buffer.concat([header, Uint8Array.from({ length: count }, (_, i) => values(i))]));
};
const npy = (shape: readonly number[], values: (index: number) => number): Uint8Array => {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  const padded = `${text.padEnd(117)}\n`;
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: count }, (_, i) => values(i));
  const head = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, padded.length & 255, padded.length >> 8]);
  return new Uint8Array(Buffer.concat([head, Buffer.from(padded), Buffer.from(data.buffer)]));
};
const images = (i: number): number => pixelOf(Math.floor(i / PIXELS), i % PIXELS);
const csv = (line: (row: number) => string, header = ""): Uint8Array =>
  new TextEncoder().encode(header + Array.from({ length: ROWS }, (_, row) => `${line(row)}\n`).join(""));
const pixelsOf = (row: number): string =>
  Array.from({ length: PIXELS }, (_, pixel) => pixelOf(row, pixel)).join(",");

const IDX_PAIR = [
  { name: "train-labels-idx1-ubyte", bytes: idx([ROWS], labelOf) },
  { name: "train-images-idx3-ubyte.gz", bytes: new Uint8Array(gzipSync(idx([ROWS, 28, 28], images))) },
];

const folder = mkdtempSync(join(tmpdir(), "backprop-lab-datasets-"));
let lab: Lab;
beforeAll(async () => {
  lab = await openLab(labOptions(folder, 2));
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("an import", () => {
  it.each([
    ["an IDX pair, in any order, one of them gzipped", IDX_PAIR],
    [
      "two .npy files with values from 0 to 1",
      [
        { name: "x.npy", bytes: npy([ROWS, PIXELS], (i) => images(i) / 255) },
        { name: "y.npy", bytes: npy([ROWS], labelOf) },
      ],
    ],
    [
      "a CSV with a header and the label first",
      [
        {
          name: "d.csv",
          bytes: csv((row) => `${labelOf(row)},${pixelsOf(row)}`, `label${",p".repeat(PIXELS)}\n`),
        },
      ],
    ],
    [
      "a gzipped CSV with the label last",
      [
        {
          name: "d.csv.gz",
          bytes: new Uint8Array(gzipSync(csv((row) => `${pixelsOf(row)},${labelOf(row)}`))),
        },
      ],
    ],
  ])("previews %s", async (_what, files) => {
    const preview = await lab.datasets.preview({ files });
    expect(preview.refusal).toBe("");
    expect(preview.rows).toBe(ROWS);
    expect(preview.classCounts).toEqual(new Array<number>(10).fill(30));
    expect(preview.images[1].label).toBe(7);
    expect([...preview.images[1].pixels]).toEqual(
      Array.from({ length: PIXELS }, (_, pixel) => pixelOf(1, pixel)),
    );
  });

  it.each([
    ["zeros and ones", (i: number) => i % 2, [0, 255]],
    ["nothing but 0.5", () => 0.5, [128]],
    ["grey values", (i: number) => i % 3, [0, 1, 2]],
  ])(
    "takes %s for what they are: shares of white up to 1, grey values above",
    async (_name, value, greys) => {
      const { images: shown, refusal } = await lab.datasets.preview({
        files: [
          { name: "x.npy", bytes: npy([ROWS, PIXELS], value) },
          { name: "y.npy", bytes: npy([ROWS], labelOf) },
        ],
      });
      expect(refusal).toBe("");
      expect([...new Set(shown.flatMap(({ pixels }) => [...pixels]))].sort((a, b) => a - b)).toEqual(greys);
    },
  );

  it("becomes a data set that can be trained on, and is there after a restart", async () => {
    await lab.datasets.preview({ files: IDX_PAIR });
    const choice = { title: "Bars!", validRows: 60, shuffle: true, normalisation: "meanStd" } as const;
    const dataset = await lab.datasets.accept(choice);
    expect(dataset).toMatchObject({ title: "Bars!", trainRows: 240, validRows: 60 });
    expect(dataset.id).toMatch(/^bars-[0-9a-f]{4}$/);
    await lab.close();
    lab = await openLab(labOptions(folder, 2));
    expect((await lab.datasets.list()).map(({ id }) => id)).toEqual(["mnist", dataset.id]);
    const { spec } = TRAIN_PRESETS.small;
    const data = { name: dataset.id, split: "train", rows: 240 } as const;
    const run = await lab.training.start({ spec: { ...spec, data, validRows: 60, epochs: 20 }, threads: 2 })
      .done;
    expect(run.summary["validAccuracy"]).toBe(1);
    const learned = await lab.learned.inspect({ runId: run.id, weights: "final" });
    expect(learned.mistakes).toEqual([]);
  });

  it.each([
    [
      "images of another size",
      [
        { name: "a", bytes: idx([4, 9], () => 1) },
        { name: "b", bytes: idx([4], () => 1) },
      ],
      /9 pixels; expected 28 × 28/,
    ],
    [
      "fault 36: missing values",
      [
        {
          name: "d.csv",
          bytes: csv((row) => `${labelOf(row)},${row === 5 ? "" : "1"}${",2".repeat(PIXELS - 1)}`),
        },
      ],
      /1 value is missing, infinite or no number, the first in row 6, column 2, which holds "": mend/,
    ],
    [
      "fault 36: NaN and infinity",
      [
        {
          name: "a.npy",
          bytes: npy([ROWS, 28, 28], (i) => (i === 1_000 ? -Infinity : i === 2_000 ? NaN : images(i) / 255)),
        },
        { name: "b.npy", bytes: npy([ROWS], labelOf) },
      ],
      /2 values are missing, infinite or no numbers, the first in row 2, pixel 217: mend/,
    ],
    [
      "fault 33: labels that are no classes",
      [{ name: "d.csv", bytes: csv((row) => `${row % 12},${pixelsOf(row)}`) }],
      /row 1 has no label; expected classes from 0 to 9/,
    ],
  ])("says why it cannot take it: %s", async (_what, files, reason) => {
    const { refusal } = await lab.datasets.preview({ files });
    expect(refusal).toMatch(reason);
    const choice = { title: "x", validRows: 1, shuffle: false, normalisation: "unit" } as const;
    await expect(lab.datasets.accept(choice)).rejects.toThrow(reason);
  });

  it.each([
    ["one IDX file alone", [IDX_PAIR[0]], /choose one .csv, or two files/],
    ["two files of labels", [IDX_PAIR[0], IDX_PAIR[0]], /expected images of two or three axes/],
    [
      "fault 33: different counts",
      [IDX_PAIR[1], { name: "l", bytes: idx([5], () => 1) }],
      /300 images and 5 labels/,
    ],
    [
      "rows of different lengths",
      [{ name: "d.csv", bytes: new TextEncoder().encode("1,2\n1,2,3\n") }],
      /^d\.csv, row 2: expected 2 values, got 3$/,
    ],
    [
      "no numbers",
      [{ name: "d.csv", bytes: new TextEncoder().encode("") }],
      /^d\.csv, row 1: expected at least one row/,
    ],
    [
      "A8: a file that is not what its name says, by the name that the person gave it",
      [
        { name: "my images (1).npy", bytes: new Uint8Array([1, 2, 3]) },
        { name: "my labels.npy", bytes: npy([ROWS], labelOf) },
      ],
      /^my images \(1\)\.npy, byte 0: expected a \.npy file/,
    ],
  ])("refuses %s", async (_what, files, reason) => {
    await expect(lab.datasets.preview({ files })).rejects.toThrow(reason);
  });

  it("names the data sets there are when one is missing, and keeps MNIST", async () => {
    const data = { name: "gone", split: "train", rows: 100 } as const;
    const run = await lab.training.start({ spec: { ...TRAIN_PRESETS.small.spec, data }, threads: 2 }).done;
    expect(run.failure).toMatch(/There is no data set "gone"; there are mnist/);
    await expect(lab.datasets.remove({ id: "mnist" })).rejects.toThrow(/stays/);
  });
});
