import { join } from "node:path";
import { MNIST_DATASET, type Dataset } from "../../../shared/experiments/datasets.ts";
import { MNIST_PIXELS } from "../../../shared/specs/network-spec.ts";
import { loadMnistTraining } from "../../data/mnist.ts";
import type { DatasetLibrary, ImageBytes } from "../datasets/dataset-library.ts";

/** Images of MNIST's training file. */
const IMAGES = 60_000;

/** Pixels are bytes; the notebook's pickle holds them divided by 256. */
export const PIXEL_SCALE = 256;

/** Reads a data set's images and labels, of MNIST or of one that was imported. @throws {DataFormatError} */
export async function loadImageBytes(
  dataset: Dataset,
  library: DatasetLibrary,
  resourcesDir: string,
): Promise<ImageBytes> {
  if (dataset.id !== MNIST_DATASET.id) return library.load(dataset);
  const images = new Uint8Array(IMAGES * MNIST_PIXELS);
  const labels = new Uint8Array(IMAGES);
  await loadMnistTraining(join(resourcesDir, "data", "mnist"), { images, labels });
  return { images, labels };
}
