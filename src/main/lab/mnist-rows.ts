import { join } from "node:path";
import { STATISTICS, STATISTICS_LENGTH } from "../../core/ops/op.ts";
import type { Tensor } from "../../core/ops/recording-ops.ts";
import { MNIST_PIXELS, type DataSpec } from "../../shared/network-spec.ts";
import { viewOf } from "../../shared/tensor-view.ts";
import { loadMnistTraining } from "../data/mnist.ts";
import type { Scope } from "../engine/arena.ts";
import type { Engine } from "../engine/engine.ts";
import { executeOnce } from "./programs.ts";

const IMAGES = 60_000;
const TRAINING_ROWS = 50_000;
/** Pixels are bytes; the notebook's pickle holds them divided by 256. */
const PIXEL_SCALE = 256;

/** Normalised images x (rows, 784) and labels y (rows,) as numbers. */
export interface DataTensors {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Rows of a split that are in the arena. */
interface Kept {
  readonly rows: number;
  readonly scope: Scope;
  readonly tensors: DataTensors;
}

/** MNIST as bytes, and the training images' mean and standard deviation. */
interface Loaded {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly statistics: Float64Array;
}

/**
 * Rows of MNIST in the arena, normalised by the mean and standard deviation of all 50,000 training rows. Read from disk
 * once; of each split the rows that were last asked for stay until others are.
 */
export class MnistRows {
  readonly #engine: Engine;
  readonly #resourcesDir: string;
  #loaded: Loaded | null = null;
  readonly #kept = new Map<DataSpec["split"], Kept>();

  constructor(engine: Engine, resourcesDir: string) {
    this.#engine = engine;
    this.#resourcesDir = resourcesDir;
  }

  /** Valid until the next call for the same split. @throws {DataFormatError} @throws {OutOfMemoryError} @throws {ExperimentCancelled} */
  async rows({ split, rows }: DataSpec, threads: number): Promise<DataTensors> {
    const before = this.#kept.get(split);
    if (before?.rows === rows) return before.tensors;
    before?.scope.release();
    this.#kept.delete(split);
    const { images, labels, statistics } = (this.#loaded ??= await this.#load(threads));
    const first = split === "train" ? 0 : TRAINING_ROWS;
    const scope = this.#engine.arena.scope();
    try {
      const x = scope.tensor("x", [rows, MNIST_PIXELS]);
      const y = scope.tensor("y", [rows]);
      const { memory } = this.#engine.arena;
      viewOf(memory, y, "float32").set(labels.subarray(first, first + rows));
      await executeOnce(this.#engine, threads, (ops, own) => {
        const bytes = own.tensor("images", [rows, MNIST_PIXELS], "uint8");
        const moments = own.tensor("statistics", [STATISTICS_LENGTH], "float64");
        viewOf(memory, bytes, "uint8").set(
          images.subarray(first * MNIST_PIXELS, (first + rows) * MNIST_PIXELS),
        );
        viewOf(memory, moments, "float64").set(statistics);
        ops.run({ op: "scaleBytes", bytes, out: x, divisor: PIXEL_SCALE });
        ops.run({ op: "normalize", x, statistics: moments, out: x });
        return () => undefined;
      });
      const tensors = { x, y };
      this.#kept.set(split, { rows, scope, tensors });
      return tensors;
    } catch (error) {
      scope.release();
      throw error;
    }
  }

  /** What a black pixel holds after normalisation. @throws {DataFormatError} */
  async background(threads: number): Promise<number> {
    const { statistics } = (this.#loaded ??= await this.#load(threads));
    return -(statistics[STATISTICS.mean] ?? 0) / (statistics[STATISTICS.std] ?? 1);
  }

  /** The grey values of one image. @throws {DataFormatError} If the images are not loaded. */
  pixels(split: DataSpec["split"], row: number): Uint8Array {
    const at = ((split === "train" ? 0 : TRAINING_ROWS) + row) * MNIST_PIXELS;
    return this.#loaded?.images.slice(at, at + MNIST_PIXELS) ?? new Uint8Array(MNIST_PIXELS);
  }

  /** An image of grey values as the network sees it. @throws {DataFormatError} */
  async normalise(pixels: Uint8Array): Promise<Float64Array> {
    const { statistics } = (this.#loaded ??= await this.#load(1));
    const [mean, std] = [statistics[STATISTICS.mean] ?? 0, statistics[STATISTICS.std] ?? 1];
    return Float64Array.from(pixels, (value) => (value / PIXEL_SCALE - mean) / std);
  }

  /** Gives the arena's memory back. */
  release(): void {
    for (const { scope } of this.#kept.values()) scope.release();
    this.#kept.clear();
  }

  async #load(threads: number): Promise<Loaded> {
    const images = new Uint8Array(IMAGES * MNIST_PIXELS);
    const labels = new Uint8Array(IMAGES);
    await loadMnistTraining(join(this.#resourcesDir, "data", "mnist"), { images, labels });
    const { memory } = this.#engine.arena;
    const statistics = await executeOnce(this.#engine, threads, (ops, scope) => {
      const bytes = scope.tensor("images", [TRAINING_ROWS, MNIST_PIXELS], "uint8");
      const x = scope.tensor("x_train", [TRAINING_ROWS, MNIST_PIXELS]);
      const moments = scope.tensor("statistics", [STATISTICS_LENGTH], "float64");
      viewOf(memory, bytes, "uint8").set(images.subarray(0, TRAINING_ROWS * MNIST_PIXELS));
      ops.run({ op: "scaleBytes", bytes, out: x, divisor: PIXEL_SCALE });
      ops.run({ op: "statistics", x, out: moments });
      return () => viewOf(memory, moments, "float64").slice();
    });
    return { images, labels, statistics };
  }
}
