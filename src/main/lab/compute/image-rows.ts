import { ContractError } from "../../../core/errors.ts";
import { STATISTICS, STATISTICS_LENGTH } from "../../../core/ops/op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import type { Dataset } from "../../../shared/experiments/datasets.ts";
import { MNIST_PIXELS, type DataSpec } from "../../../shared/specs/network-spec.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import type { DatasetLibrary, ImageBytes } from "../datasets/dataset-library.ts";
import { unlessCancelled } from "../rungs/unless-cancelled.ts";
import { loadImageBytes, PIXEL_SCALE } from "./image-bytes.ts";
import { executeOnce } from "./programs.ts";

/** Normalised images x (rows, 784) and labels y (rows,) as numbers. */
export interface DataTensors {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Rows as the data set holds them: x (rows, features) becomes (x / divisor − mean) / std. */
export interface RawRows {
  readonly x: Uint8Array;
  readonly y: Float32Array;
  readonly features: number;
  readonly divisor: number;
  readonly mean: number;
  readonly std: number;
}

/** Rows of a split that are in the arena. */
interface Kept {
  readonly name: string;
  readonly rows: number;
  readonly scope: Scope;
  readonly tensors: DataTensors;
}

/** A data set as bytes, and the training images' mean and standard deviation. */
interface Loaded extends ImageBytes {
  readonly dataset: Dataset;
  readonly statistics: Float64Array;
}

/**
 * Rows of data sets in the arena, normalised by the mean and standard deviation of all training rows. The last data set
 * is kept as bytes; of each split the rows that were last asked for stay until others are.
 */
export class ImageRows {
  readonly #engine: Engine;
  readonly #resourcesDir: string;
  readonly #library: DatasetLibrary;
  readonly #checkpoint: () => void;
  #loaded: Loaded | null = null;
  /** What is being read; whoever cancels leaves it to the next one that asks. */
  #reading: { readonly name: string; readonly bytes: Promise<ImageBytes> } | null = null;
  readonly #kept = new Map<DataSpec["split"], Kept>();

  /** `checkpoint` throws when the activity that is on was cancelled. */
  constructor(
    engine: Engine,
    resourcesDir: string,
    library: DatasetLibrary,
    checkpoint: () => void = () => undefined,
  ) {
    this.#checkpoint = checkpoint;
    this.#engine = engine;
    this.#resourcesDir = resourcesDir;
    this.#library = library;
  }

  /**
   * Valid until the next call for the same split.
   *
   * @throws {ContractError} If there is no such data set, or it has fewer rows. @throws {DataFormatError}
   * @throws {OutOfMemoryError} @throws {ExperimentCancelled}
   */
  async rows({ name, split, rows }: DataSpec, threads: number): Promise<DataTensors> {
    const before = this.#kept.get(split);
    if (before?.rows === rows && before.name === name) return before.tensors;
    before?.scope.release();
    this.#kept.delete(split);
    const { images, labels, statistics, dataset } = await this.#load(name, threads);
    const available = split === "train" ? dataset.trainRows : dataset.validRows;
    if (rows > available) {
      throw new ContractError(
        `${dataset.title} has ${available} ${split === "train" ? "training" : "validation"} rows; ${rows} were asked for`,
      );
    }
    const first = split === "train" ? 0 : dataset.trainRows;
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
      this.#kept.set(split, { name, rows, scope, tensors });
      return tensors;
    } catch (error) {
      scope.release();
      throw error;
    }
  }

  /** Rows of a split before they are normalised, and what normalises them. @throws {ContractError} @throws {DataFormatError} */
  async raw({ name, split, rows }: DataSpec, threads: number): Promise<RawRows> {
    const { images, labels, statistics, dataset } = await this.#load(name, threads);
    const available = split === "train" ? dataset.trainRows : dataset.validRows;
    if (rows > available) {
      throw new ContractError(
        `${dataset.title} has ${available} ${split === "train" ? "training" : "validation"} rows; ${rows} were asked for`,
      );
    }
    const first = split === "train" ? 0 : dataset.trainRows;
    return {
      x: images.subarray(first * MNIST_PIXELS, (first + rows) * MNIST_PIXELS),
      y: Float32Array.from(labels.subarray(first, first + rows)),
      features: MNIST_PIXELS,
      divisor: PIXEL_SCALE,
      mean: statistics[STATISTICS.mean] ?? 0,
      std: statistics[STATISTICS.std] ?? 1,
    };
  }

  /** What a black pixel holds after normalisation. @throws {ContractError} @throws {DataFormatError} */
  async background(name: string, threads: number): Promise<number> {
    const { statistics } = await this.#load(name, threads);
    return -(statistics[STATISTICS.mean] ?? 0) / (statistics[STATISTICS.std] ?? 1);
  }

  /** The grey values of one image of the data set that was asked for last. */
  pixels(split: DataSpec["split"], row: number): Uint8Array {
    if (this.#loaded === null) return new Uint8Array(MNIST_PIXELS);
    const { images, dataset } = this.#loaded;
    const at = ((split === "train" ? 0 : dataset.trainRows) + row) * MNIST_PIXELS;
    return images.slice(at, at + MNIST_PIXELS);
  }

  /** An image of grey values as a network trained on this data set sees it. @throws {DataFormatError} */
  async normalise(name: string, pixels: Uint8Array): Promise<Float64Array> {
    const { statistics } = await this.#load(name, 1);
    const [mean, std] = [statistics[STATISTICS.mean] ?? 0, statistics[STATISTICS.std] ?? 1];
    return Float64Array.from(pixels, (value) => (value / PIXEL_SCALE - mean) / std);
  }

  /** Gives the arena's memory back. */
  release(): void {
    for (const { scope } of this.#kept.values()) scope.release();
    this.#kept.clear();
  }

  async #load(name: string, threads: number): Promise<Loaded> {
    if (this.#loaded?.dataset.id === name) return this.#loaded;
    const dataset = await this.#library.find(name);
    const bytes = await unlessCancelled(this.#read(dataset), this.#checkpoint, () => undefined);
    const statistics = await this.#statistics(bytes.images, dataset, threads);
    return (this.#loaded = { ...bytes, dataset, statistics });
  }

  /** On a busy machine this takes seconds: it is begun once, however many are cancelled meanwhile. */
  #read(dataset: Dataset): Promise<ImageBytes> {
    const { id: name } = dataset;
    if (this.#reading?.name === name) return this.#reading.bytes;
    const bytes = loadImageBytes(dataset, this.#library, this.#resourcesDir);
    const reading = { name, bytes };
    this.#reading = reading;
    const done = (): void => {
      if (this.#reading === reading) this.#reading = null;
    };
    bytes.then(done, done);
    return bytes;
  }

  async #statistics(images: Uint8Array, dataset: Dataset, threads: number): Promise<Float64Array> {
    const rows = dataset.trainRows;
    if (dataset.normalisation === "unit") {
      const statistics = new Float64Array(STATISTICS_LENGTH);
      statistics[STATISTICS.std] = 1;
      return statistics;
    }
    const { memory } = this.#engine.arena;
    return executeOnce(this.#engine, threads, (ops, scope) => {
      const bytes = scope.tensor("images", [rows, MNIST_PIXELS], "uint8");
      const x = scope.tensor("x_train", [rows, MNIST_PIXELS]);
      const moments = scope.tensor("statistics", [STATISTICS_LENGTH], "float64");
      viewOf(memory, bytes, "uint8").set(images.subarray(0, rows * MNIST_PIXELS));
      ops.run({ op: "scaleBytes", bytes, out: x, divisor: PIXEL_SCALE });
      ops.run({ op: "statistics", x, out: moments });
      return () => viewOf(memory, moments, "float64").slice();
    });
  }
}
