import { ContractError } from "../../../core/errors.ts";
import { BYTE_VALUES } from "../../../core/ops/op.ts";
import { rowsOf } from "../../../shared/experiments/dataset.ts";
import type { DatasetAnswer, DatasetRequest } from "../../../shared/live/sandbox-protocol.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import { byteValues, PIXEL_SCALE } from "../compute/byte-values.ts";
import { executeOnce } from "../compute/programs.ts";
import { firstRowOf, targetWidth, type DataSource } from "../datasets/data-source.ts";
import type { DatasetLibrary } from "../datasets/dataset-library.ts";
import type { Serving } from "./serve-run.ts";

const PARTS = ["xTrain", "yTrain", "xValid", "yValid"] as const;

/** Gives cells the data sets: pixels of bytes from 0 to 1, other values and targets as they are. The last one stays open. */
export class LiveData {
  readonly #library: DatasetLibrary;
  /** Training rows that a cell gets at most. */
  readonly #rows: number;
  #source: DataSource | null = null;

  constructor(library: DatasetLibrary, rows: number) {
    this.#library = library;
    this.#rows = rows;
  }

  /** @throws {ContractError} If there is no such set or part. @throws {DataFormatError} @throws {OutOfMemoryError} */
  async serve(serving: Serving, { name, part, buffer }: DatasetRequest): Promise<DatasetAnswer> {
    if (!PARTS.some((known) => known === part)) throw new ContractError(`data(): there is no part ${part}`);
    if (this.#source?.dataset.id !== name) this.#source = this.#library.open(name);
    const { dataset } = this.#source;
    const split = part.endsWith("Train") ? "train" : "valid";
    const rows = Math.min(split === "train" ? this.#rows : Infinity, rowsOf(dataset, split));
    const first = firstRowOf(dataset, split);
    const isX = part.startsWith("x");
    const width = targetWidth(dataset);
    const values = isX ? await this.#source.features(first, rows) : await this.#source.targets(first, rows);
    const { engine, buffers, threads } = serving;
    const shape = isX ? [rows, dataset.features] : width === 1 ? [rows] : [rows, width];
    const tensor = { name: part, shape, dtype: "float32", buffer, offset: 0 } as const;
    buffers.allocate(tensor);
    try {
      const out = buffers.tensor(tensor);
      const { memory } = engine.arena;
      if (values instanceof Float32Array) viewOf(memory, out, "float32").set(values);
      else {
        await executeOnce(engine, threads, (ops, scope) => {
          const bytes = scope.tensor("images", shape, "uint8");
          const scaled = scope.tensor("value of each byte", [BYTE_VALUES]);
          viewOf(memory, bytes, "uint8").set(values);
          viewOf(memory, scaled, "float32").set(byteValues({ divisor: PIXEL_SCALE, offset: 0, scale: 1 }));
          ops.run({ op: "gatherBytes", bytes, values: scaled, indices: null, out, affine: null });
          return () => undefined;
        });
      }
      return { shape };
    } catch (error) {
      buffers.free(buffer);
      throw error;
    }
  }
}
