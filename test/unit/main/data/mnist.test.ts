import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DataFormatError } from "../../../../src/core/errors.ts";
import { loadMnistFiles } from "../../../../src/main/data/mnist.ts";
import { idxFile, temporaryFiles } from "./temporary-files.ts";

const { path } = temporaryFiles();
const ROWS = 3;
const PIXELS = Uint8Array.from({ length: ROWS * 784 }, (_, i) => i % 256);

/** A data set like MNIST in a folder of its own. */
async function dataSet(
  name: string,
  { images = idxFile([ROWS, 28, 28], PIXELS), labels = idxFile([ROWS], [5, 0, 9]) } = {},
): Promise<string> {
  const folder = path(name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "train-images-idx3-ubyte.gz"), gzipSync(images));
  await writeFile(join(folder, "train-labels-idx1-ubyte.gz"), gzipSync(labels));
  return folder;
}

const target = () => ({ images: new Uint8Array(ROWS * 784), labels: new Uint8Array(ROWS) });

describe("loadMnistFiles()", () => {
  it("fills the caller's arrays", async () => {
    const arrays = target();
    await loadMnistFiles(await dataSet("sound"), arrays);
    expect(arrays.images).toEqual(PIXELS);
    expect(Array.from(arrays.labels)).toEqual([5, 0, 9]);
  });

  it.each([
    [
      "fewer images than labels",
      { images: idxFile([2, 28, 28], PIXELS.subarray(0, 2 * 784)) },
      "expected 3 images, one for each label, got 2",
    ],
    ["fewer labels", { labels: idxFile([2], [1, 2]) }, "expected (3,) labels, got (2)"],
    [
      "a label above 9",
      { labels: idxFile([ROWS], [1, 10, 2]) },
      "byte 9: expected labels from 0 to 9, got 10 for image 1",
    ],
    [
      "images of another size",
      { images: idxFile([ROWS, 4, 4], new Uint8Array(48)) },
      "28 × 28 pixels, got shape (3, 4, 4)",
    ],
  ])("fault 33: refuses %s", async (name, files, message) => {
    const loading = loadMnistFiles(await dataSet(name, files), target());
    await expect(loading).rejects.toThrow(DataFormatError);
    await expect(loading).rejects.toThrow(message);
  });

  it("reads the real images without holding up the event loop for long", async () => {
    const images = new Uint8Array(new SharedArrayBuffer(60_000 * 784));
    const labels = new Uint8Array(60_000);
    const fractions: number[] = [];
    await loadMnistFiles("resources/data/mnist", {
      images,
      labels,
      onProgress: (done) => fractions.push(done),
    });
    // Each piece is a turn of the event loop of its own.
    expect(fractions.length).toBeGreaterThan(300);
    expect(Array.from(labels.subarray(0, 5))).toEqual([5, 0, 4, 1, 9]);
    const sum = images.subarray(0, 50_000 * 784).reduce((total, pixel) => total + pixel, 0);
    expect(sum / 256 / (50_000 * 784)).toBeCloseTo(0.13044972207828445, 12);
  });
});
