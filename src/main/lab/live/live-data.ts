import { ContractError } from "../../../core/errors.ts";
import type { Dataset } from "../../../shared/experiments/datasets.ts";
import { MNIST_PIXELS } from "../../../shared/specs/network-spec.ts";
import type { DatasetAnswer, DatasetRequest } from "../../../shared/live/sandbox-protocol.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import { loadImageBytes, PIXEL_SCALE } from "../compute/image-bytes.ts";
import { executeOnce } from "../compute/programs.ts";
import type { DatasetLibrary, ImageBytes } from "../datasets/dataset-library.ts";
import type { Serving } from "./serve-run.ts";

const PARTS = ["xTrain", "yTrain", "xValid", "yValid"] as const;

/** Gives cells the data sets: pixels from 0 to 1 as they are, labels as numbers. The last data set stays in memory. */
export class LiveData {
  readonly #library: DatasetLibrary;
  readonly #resourcesDir: string;
  /** Training rows that a cell gets at most. */
  readonly #rows: number;
  #loaded: (ImageBytes & { readonly dataset: Dataset }) | null = null;

  constructor(library: DatasetLibrary, resourcesDir: string, rows: number) {
    this.#library = library;
    this.#resourcesDir = resourcesDir;
    this.#rows = rows;
  }

  /** @throws {ContractError} If there is no such set or part. @throws {DataFormatError} @throws {OutOfMemoryError} */
  async serve(serving: Serving, { name, part, buffer }: DatasetRequest): Promise<DatasetAnswer> {
    if (!PARTS.some((known) => known === part)) throw new ContractError(`data(): there is no part ${part}`);
    const { images, labels, dataset } = await this.#load(name);
    const training = part.endsWith("Train");
    const rows = training ? Math.min(this.#rows, dataset.trainRows) : dataset.validRows;
    const first = training ? 0 : dataset.trainRows;
    const { engine, buffers, threads } = serving;
    const shape = part.startsWith("x") ? [rows, MNIST_PIXELS] : [rows];
    const tensor = { name: part, shape, dtype: "float32", buffer, offset: 0 } as const;
    buffers.allocate(tensor);
    try {
      const out = buffers.tensor(tensor);
      const { memory } = engine.arena;
      if (shape.length === 1) viewOf(memory, out, "float32").set(labels.subarray(first, first + rows));
      else {
        await executeOnce(engine, threads, (ops, scope) => {
          const bytes = scope.tensor("images", shape, "uint8");
          viewOf(memory, bytes, "uint8").set(
            images.subarray(first * MNIST_PIXELS, (first + rows) * MNIST_PIXELS),
          );
          ops.run({ op: "scaleBytes", bytes, out, divisor: PIXEL_SCALE });
          return () => undefined;
        });
      }
      return { shape };
    } catch (error) {
      buffers.free(buffer);
      throw error;
    }
  }

  async #load(name: string): Promise<ImageBytes & { readonly dataset: Dataset }> {
    if (this.#loaded?.dataset.id === name) return this.#loaded;
    const dataset = await this.#library.find(name);
    const bytes = await loadImageBytes(dataset, this.#library, this.#resourcesDir);
    return (this.#loaded = { ...bytes, dataset });
  }
}
