import { join } from "node:path";
import { DataFormatError } from "../../core/errors.ts";
import { readIdx } from "./read-idx.ts";

export const MNIST_PIXELS = 784;
const CLASSES = 10;

export interface MnistTarget {
  /** (rows, 784) bytes. */
  readonly images: Uint8Array;
  /** (rows,) digits. */
  readonly labels: Uint8Array;
  /** The training images if it is not said. */
  readonly part?: "train" | "t10k";
  readonly onProgress?: (fraction: number) => void;
}

/**
 * Reads MNIST's training images and labels from train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz in `folder`,
 * or the test images from t10k-…, into arrays that the caller owns, in pieces small enough for main's event loop.
 *
 * @throws {DataFormatError} If a file is not sound, counts differ, or a label is above 9.
 */
export async function loadMnistFiles(folder: string, target: MnistTarget): Promise<void> {
  const { part = "train" } = target;
  const imagesFile = join(folder, `${part}-images-idx3-ubyte.gz`);
  const labelsFile = join(folder, `${part}-labels-idx1-ubyte.gz`);
  const rows = target.labels.length;

  await readIdx(labelsFile, {
    allocate: (shape) => {
      if (shape.length !== 1 || shape[0] !== rows) {
        throw new DataFormatError(labelsFile, 4, `(${rows},) labels`, `(${shape.join(", ")})`);
      }
      return target.labels;
    },
  });
  const wrong = target.labels.findIndex((label) => label >= CLASSES);
  if (wrong >= 0) {
    const got = `${target.labels[wrong] ?? NaN} for image ${wrong}`;
    throw new DataFormatError(labelsFile, 8 + wrong, `labels from 0 to ${CLASSES - 1}`, got);
  }

  await readIdx(imagesFile, {
    allocate: (shape) => {
      const [count = 0, height = 0, width = 0] = shape;
      if (shape.length !== 3 || height * width !== MNIST_PIXELS) {
        throw new DataFormatError(imagesFile, 4, "images of 28 × 28 pixels", `shape (${shape.join(", ")})`);
      }
      if (count !== rows) {
        throw new DataFormatError(imagesFile, 4, `${rows} images, one for each label`, String(count));
      }
      return target.images;
    },
    ...(target.onProgress === undefined ? {} : { onProgress: target.onProgress }),
  });
}
