import { join } from "node:path";
import * as v from "valibot";
import { DataFormatError } from "../../../core/errors.ts";
import { MNIST_DATASET, type Dataset } from "../../../shared/experiments/dataset.ts";
import { issuesWords } from "../../../shared/ipc/issue-words.ts";
import { readStretch } from "../../data/read-stretch.ts";
import type { DataSource } from "./data-source.ts";

const REMEDY = "import the data again";
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

  constructor(dataset: Dataset, folder: string) {
    this.dataset = dataset;
    this.#folder = folder;
  }

  features(first: number, count: number): Promise<Uint8Array> {
    const { features } = this.dataset;
    return this.#read("images.bin", { first, count, rowBytes: features });
  }

  async targets(first: number, count: number): Promise<Float32Array> {
    const labels = await this.#read("labels.bin", { first, count, rowBytes: 1 });
    const classes = this.dataset.target.names.length;
    const wrong = labels.findIndex((label) => label >= classes);
    if (wrong < 0) return Float32Array.from(labels);
    throw new DataFormatError(
      join(this.#folder, "labels.bin"),
      first + wrong,
      `classes from 0 to ${classes - 1}`,
      `${labels[wrong] ?? NaN} as label of row ${first + wrong + 1}; ${REMEDY}`,
    );
  }

  #read(
    name: string,
    { first, count, rowBytes }: { first: number; count: number; rowBytes: number },
  ): Promise<Uint8Array> {
    const { trainRows, validRows } = this.dataset;
    return readStretch(join(this.#folder, name), {
      offsetBytes: first * rowBytes,
      sizeBytes: count * rowBytes,
      fileBytes: (trainRows + validRows) * rowBytes,
      remedy: REMEDY,
    });
  }
}
