import { join } from "node:path";
import { DataFormatError } from "../../../core/errors.ts";
import type { Dataset } from "../../../shared/experiments/dataset.ts";
import type { StoredDataset } from "../../../shared/experiments/stored-dataset.ts";
import { readStretch } from "../../data/read-stretch.ts";
import { targetWidth, type DataSource, type Scaling } from "./data-source.ts";

/** An imported data set: features.bin and targets.bin in its folder, of which only the rows that are asked for are read. */
export class StoredSource implements DataSource {
  readonly dataset: Dataset;
  readonly scaling: Scaling;
  readonly #folder: string;

  constructor({ dataset, scaling }: StoredDataset, folder: string) {
    this.dataset = dataset;
    this.scaling = scaling;
    this.#folder = folder;
  }

  async features(first: number, count: number): Promise<Uint8Array | Float32Array> {
    const { features, storage } = this.dataset;
    const bytes = await this.#read("features.bin", {
      first,
      count,
      rowBytes: features * (storage === "uint8" ? 1 : 4),
    });
    return storage === "uint8" ? bytes : new Float32Array(bytes.buffer);
  }

  async targets(first: number, count: number): Promise<Float32Array> {
    const bytes = await this.#read("targets.bin", { first, count, rowBytes: 4 * targetWidth(this.dataset) });
    const targets = new Float32Array(bytes.buffer);
    const { target } = this.dataset;
    if (target.kind === "numbers") return targets;
    const wrong = targets.findIndex(
      (label) => !(Number.isInteger(label) && label >= 0 && label < target.names.length),
    );
    if (wrong < 0) return targets;
    const got = `${targets[wrong] ?? NaN} as label of row ${first + wrong + 1}; import the data again`;
    throw new DataFormatError(
      join(this.#folder, "targets.bin"),
      4 * (first + wrong),
      `classes from 0 to ${target.names.length - 1}`,
      got,
    );
  }

  #read(
    name: string,
    { first, count, rowBytes }: { first: number; count: number; rowBytes: number },
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { trainRows, validRows, testRows } = this.dataset;
    return readStretch(join(this.#folder, name), {
      offsetBytes: first * rowBytes,
      sizeBytes: count * rowBytes,
      fileBytes: (trainRows + validRows + testRows) * rowBytes,
      remedy: "import the data again",
    });
  }
}
