import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DataFormatError } from "../../../../../src/core/errors.ts";
import { ByteCounts, PIXEL_SCALE } from "../../../../../src/main/lab/compute/byte-values.ts";
import { MnistSource } from "../../../../../src/main/lab/datasets/mnist-source.ts";
import { idxFile, temporaryFiles } from "../../data/temporary-files.ts";

const { path } = temporaryFiles();
const ROWS = 60_000;
const IMAGES_BYTES = 16 + ROWS * 784;

interface Files {
  readonly images?: Uint8Array;
  readonly imagesBytes?: number;
  readonly labels?: Uint8Array;
}

/** Resources with a training set of this header and size, and these labels; what is not written of it is 0. */
async function resources(name: string, files: Files = {}): Promise<MnistSource> {
  const folder = join(path(name), "data", "mnist");
  await mkdir(folder, { recursive: true });
  const { images = idxFile([ROWS, 28, 28], []), imagesBytes = IMAGES_BYTES } = files;
  await writeFile(join(folder, "train-images-idx3-ubyte"), images);
  // Longer than what was written, it takes no room on the disk.
  await truncate(join(folder, "train-images-idx3-ubyte"), imagesBytes);
  const { labels = idxFile([ROWS], new Uint8Array(ROWS)) } = files;
  await writeFile(join(folder, "train-labels-idx1-ubyte"), labels);
  return new MnistSource(path(name));
}

describe("MnistSource", () => {
  it("reads the rows that are asked for: the original's first labels, its mean of 50,000 images", async () => {
    const mnist = new MnistSource("resources");
    expect(Array.from(await mnist.targets(0, 5))).toEqual([5, 0, 4, 1, 9]);
    const images = await mnist.features(0, 50_000);
    const counts = new ByteCounts();
    counts.add(images);
    expect(mnist.moments).toEqual(counts.moments(PIXEL_SCALE));
    expect(mnist.moments.mean).toBeCloseTo(0.13044972207828445, 12);
    expect(await mnist.features(1_234, 2)).toEqual(images.slice(1_234 * 784, 1_236 * 784));
    // The test images are in files of their own.
    expect(Array.from(await mnist.targets(60_000, 5))).toEqual([7, 2, 1, 0, 4]);
    expect((await mnist.features(69_999, 1)).some((pixel) => pixel > 0)).toBe(true);
    await expect(mnist.features(59_999, 2)).rejects.toThrow(RangeError);
  });

  it.each<[string, Files, string]>([
    [
      "fewer images than labels",
      { images: idxFile([2, 28, 28], []), imagesBytes: 16 + 2 * 784 },
      `expected ${IMAGES_BYTES} bytes, got 1584; the installation may be damaged`,
    ],
    ["fewer labels", { labels: idxFile([2], [1, 2]) }, "expected 60008 bytes, got 10"],
    [
      "a label above 9",
      {
        labels: idxFile(
          [ROWS],
          Uint8Array.from({ length: ROWS }, (_, row) => (row === 1 ? 10 : 2)),
        ),
      },
      "byte 9: expected labels from 0 to 9, got 10 for image 1",
    ],
    [
      "images of another size",
      { images: idxFile([ROWS, 14, 56], []) },
      "expected shape (60000, 28, 28), got (60000, 14, 56)",
    ],
    ["other axes", { images: idxFile([ROWS, 784], []) }, "expected shape (60000, 28, 28), got (2 axes)"],
    [
      "other numbers",
      { images: idxFile([ROWS, 28, 28], [], { type: 9 }) },
      "byte 2: expected unsigned bytes, got int8",
    ],
    ["no IDX file", { images: Uint8Array.of(1, 2, 3, 4) }, "byte 0: expected the IDX magic"],
  ])("fault 33: refuses %s", async (name, files, message) => {
    const mnist = await resources(name, files);
    const reading = (async () => [await mnist.features(0, 2), await mnist.targets(0, 3)])();
    await expect(reading).rejects.toThrow(DataFormatError);
    await expect(reading).rejects.toThrow(message);
  });

  it("takes files of the right kind and size", async () => {
    const mnist = await resources("sound");
    expect(Array.from(await mnist.targets(59_999, 1))).toEqual([0]);
    expect(await mnist.features(3, 1)).toEqual(new Uint8Array(784));
  });
});
