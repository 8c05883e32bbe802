import { join } from "node:path";
import * as v from "valibot";
import { DataFormatError } from "../../../core/errors.ts";
import { MNIST_DATASET, type Dataset } from "../../../shared/experiments/dataset.ts";
import { issuesWords } from "../../../shared/ipc/issue-words.ts";
import { openRegularFile } from "../../data/regular-file.ts";
import type { DataSource } from "./data-source.ts";

const rowCount = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(10_000_000));

/** What earlier versions wrote beside images.bin and labels.bin: 28 × 28 images of ten classes. */
const describedSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,60}$/, "is not the name of a data set")),
  title: v.string(),
  trainRows: v.pipe(rowCount, v.minValue(1)),
  validRows: rowCount,
  normalisation: v.picklist(["meanStd", "unit"]),
});

/** What `dataset.json` says of the data set in a folder, which is its name whatever is written; or what is wrong. */
export function describedBy(folder: string, text: string): Dataset | string {
  const given = v.safeParse(v.pipe(v.string(), v.parseJson(), v.looseObject({})), text);
  if (!given.success) return issuesWords(given.issues);
  const described = v.safeParse(describedSchema, { ...given.output, id: folder });
  if (!described.success) return issuesWords(described.issues);
  const { normalisation, ...rest } = described.output;
  return {
    ...MNIST_DATASET,
    testRows: 0,
    ...rest,
    normalisation: normalisation === "unit" ? "unit" : "global",
  };
}

/** A data set that an earlier version imported: a folder of bytes. Its folder's name alone identifies it in runs. */
export class ImageFolderSource implements DataSource {
  readonly dataset: Dataset;
  readonly scaling = null;
  readonly #folder: string;
  #labels: Uint8Array | null = null;
  #images: Uint8Array | null = null;

  constructor(dataset: Dataset, folder: string) {
    this.dataset = dataset;
    this.#folder = folder;
  }

  async features(first: number, count: number): Promise<Uint8Array> {
    const { features } = this.dataset;
    this.#images ??= await this.#read("images.bin", this.#rows * features);
    return this.#images.subarray(first * features, (first + count) * features);
  }

  release(): void {
    this.#images = null;
  }

  async targets(first: number, count: number): Promise<Float32Array> {
    if (this.#labels === null) {
      const labels = await this.#read("labels.bin", this.#rows);
      const classes = this.dataset.target.names.length;
      const wrong = labels.findIndex((label) => label >= classes);
      if (wrong >= 0) {
        const got = `${labels[wrong] ?? NaN} as label of row ${wrong + 1}; import the data again`;
        throw new DataFormatError(
          join(this.#folder, "labels.bin"),
          wrong,
          `classes from 0 to ${classes - 1}`,
          got,
        );
      }
      this.#labels = labels;
    }
    return Float32Array.from(this.#labels.subarray(first, first + count));
  }

  get #rows(): number {
    return this.dataset.trainRows + this.dataset.validRows;
  }

  async #read(name: string, bytes: number): Promise<Uint8Array> {
    const path = join(this.#folder, name);
    const { handle, sizeBytes } = await openRegularFile(path);
    try {
      if (sizeBytes === bytes) return new Uint8Array(await handle.readFile());
    } finally {
      await handle.close();
    }
    const got = `${sizeBytes}; import the data again`;
    throw new DataFormatError(path, Math.min(sizeBytes, bytes), `${bytes} bytes for ${this.#rows} rows`, got);
  }
}
