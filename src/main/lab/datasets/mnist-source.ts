import { join } from "node:path";
import { MNIST_DATASET } from "../../../shared/experiments/dataset.ts";
import { loadMnistFiles } from "../../data/mnist.ts";
import type { DataSource } from "./data-source.ts";

const TRAINING_IMAGES = 60_000;
const TEST_IMAGES = 10_000;

interface Images {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** MNIST from the app's resources: 60,000 training images, of which the last 10,000 are for validation; its own test images apart. */
export class MnistSource implements DataSource {
  readonly dataset = MNIST_DATASET;
  readonly scaling = null;
  readonly #folder: string;
  readonly #read = new Map<"train" | "t10k", { readonly images: Promise<Images>; whole: boolean }>();

  constructor(resourcesDir: string) {
    this.#folder = join(resourcesDir, "data", "mnist");
  }

  async features(first: number, count: number): Promise<Uint8Array> {
    const { features } = this.dataset;
    const { images, at } = await this.#part(first, count);
    return images.subarray(at * features, (at + count) * features);
  }

  async targets(first: number, count: number): Promise<Float32Array> {
    const { labels, at } = await this.#part(first, count);
    return Float32Array.from(labels.subarray(at, at + count));
  }

  /** What is being read is left to the next one who asks: whoever began it may have been cancelled. */
  release(): void {
    for (const [name, { whole }] of this.#read) {
      if (whole) this.#read.delete(name);
    }
  }

  /** The test images are read only when they are asked for. */
  async #part(first: number, count: number): Promise<Images & { at: number }> {
    const [name, rows] =
      first < TRAINING_IMAGES ? (["train", TRAINING_IMAGES] as const) : (["t10k", TEST_IMAGES] as const);
    const at = name === "train" ? first : first - TRAINING_IMAGES;
    if (at + count > rows) throw new RangeError(`MNIST: no rows ${first} to ${first + count} in one file`);
    let part = this.#read.get(name);
    if (part === undefined) {
      const target = {
        images: new Uint8Array(rows * this.dataset.features),
        labels: new Uint8Array(rows),
        part: name,
      };
      const begun = { images: loadMnistFiles(this.#folder, target).then(() => target), whole: false };
      this.#read.set(name, begun);
      begun.images.then(
        () => (begun.whole = true),
        () => this.#read.delete(name),
      );
      part = begun;
    }
    return { ...(await part.images), at };
  }
}
