import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import * as v from "valibot";
import { ContractError, DataFormatError } from "../../../core/errors.ts";
import { permutation } from "../../../core/random/permutation.ts";
import { randomStream } from "../../../core/random/random-stream.ts";
import {
  datasetSchema,
  MNIST_DATASET,
  type Dataset,
  type ImportChoice,
  type ImportPreview,
} from "../../../shared/experiments/datasets.ts";
import { issuesWords } from "../../../shared/ipc/issue-words.ts";
import { MNIST_CLASSES, MNIST_PIXELS } from "../../../shared/specs/network-spec.ts";
import { openRegularFile, readRegularFile } from "../../data/regular-file.ts";
import { messageOf } from "../../timing/message-of.ts";
import { readImport, type RawImages } from "./read-import.ts";

const MOST_DESCRIPTION_BYTES = 64 * 1024;
const SHOWN_IMAGES = 24;
const SHUFFLE_SEED = 1;
const SHUFFLE_STREAM = 90_000;
/** Rows between two breaths of main's event loop. */
const ROWS_AT_ONCE = 2_000;

/** Images as grey values and their labels. */
export interface ImageBytes {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** What was previewed and may be taken. */
interface Pending extends ImageBytes {
  readonly refusal: string;
}

const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** What `dataset.json` says of the data set in a folder, which is its name whatever is written; or what is wrong. */
function describedBy(folder: string, text: string): Dataset | string {
  const given = v.safeParse(v.pipe(v.string(), v.parseJson(), v.looseObject({})), text);
  if (!given.success) return issuesWords(given.issues);
  const described = v.safeParse(datasetSchema, { ...given.output, id: folder });
  return described.success ? described.output : issuesWords(described.issues);
}

/** Imports that were cut short leave such a folder. */
const UNFINISHED = ".part";

/** Data sets that were imported: one folder each, beside the database. */
export class DatasetLibrary {
  readonly #root: string;
  readonly #onProblem: (problem: string) => void;
  /** Each folder is complained about once. */
  readonly #told = new Set<string>();
  #pending: Pending | null = null;

  /** `onProblem` hears of folders that should hold a data set and do not. */
  constructor(root: string, onProblem: (problem: string) => void = () => undefined) {
    this.#root = root;
    this.#onProblem = onProblem;
  }

  /** MNIST first, then what was imported. */
  async list(): Promise<readonly Dataset[]> {
    const { datasets, problems } = await this.#read();
    for (const [folder, problem] of problems) {
      if (this.#told.has(folder)) continue;
      this.#told.add(folder);
      this.#onProblem(problem);
    }
    return datasets;
  }

  /** All folders: what they hold, and what is wrong with the others. */
  async #read(): Promise<{
    readonly datasets: readonly Dataset[];
    readonly problems: ReadonlyMap<string, string>;
  }> {
    const folders = await readdir(this.#root, { withFileTypes: true }).catch(() => []);
    const names = folders
      .filter((entry) => entry.isDirectory() && !entry.name.endsWith(UNFINISHED))
      .map(({ name }) => name);
    const datasets: Dataset[] = [MNIST_DATASET];
    const problems = new Map<string, string>();
    for (const name of names.sort()) {
      const path = join(this.#root, name, "dataset.json");
      const described =
        name === MNIST_DATASET.id
          ? "this name belongs to the app's own MNIST"
          : await readRegularFile(path, MOST_DESCRIPTION_BYTES).then(
              (bytes) => describedBy(name, bytes.toString("utf8")),
              messageOf,
            );
      if (typeof described !== "string") datasets.push(described);
      else {
        problems.set(
          name,
          `The folder ${join(this.#root, name)} is left out: ${described}. Mend its dataset.json, or remove the folder and import the data again.`,
        );
      }
    }
    return { datasets, problems };
  }

  /** @throws {ContractError} If there is no such data set. */
  async find(id: string): Promise<Dataset> {
    const { datasets: all, problems } = await this.#read();
    const dataset = all.find((one) => one.id === id);
    if (dataset !== undefined) return dataset;
    const problem = problems.get(id);
    if (problem !== undefined) throw new ContractError(`The data set "${id}" cannot be used. ${problem}`);
    throw new ContractError(
      `There is no data set "${id}"; there are ${all.map((one) => one.id).join(", ")}. Import it in the Train view.`,
    );
  }

  /** @throws {DataFormatError} If the files are not what the description says. @throws {Error} If they are gone. */
  async load({ id, trainRows, validRows }: Dataset): Promise<ImageBytes> {
    const rows = trainRows + validRows;
    const read = async (name: string, bytes: number): Promise<Uint8Array> => {
      const path = join(this.#root, id, name);
      const { handle, sizeBytes } = await openRegularFile(path);
      try {
        if (sizeBytes === bytes) return new Uint8Array(await handle.readFile());
      } finally {
        await handle.close();
      }
      throw new DataFormatError(
        path,
        Math.min(sizeBytes, bytes),
        `${bytes} bytes for ${rows} rows`,
        `${sizeBytes}; import the data again`,
      );
    };
    const labels = await read("labels.bin", rows);
    const wrong = labels.findIndex((label) => label >= MNIST_CLASSES);
    if (wrong >= 0) {
      const got = `${labels[wrong] ?? NaN} as label of row ${wrong + 1}; import the data again`;
      throw new DataFormatError(
        join(this.#root, id, "labels.bin"),
        wrong,
        `classes from 0 to ${MNIST_CLASSES - 1}`,
        got,
      );
    }
    return { images: await read("images.bin", rows * MNIST_PIXELS), labels };
  }

  /**
   * Reads files and says what is in them; they are kept until they are accepted or others come.
   *
   * @throws {DataFormatError} @throws {RangeError} If they are no images with labels.
   */
  async preview({
    files,
  }: {
    readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  }): Promise<ImportPreview> {
    const folder = await mkdtemp(join(tmpdir(), "backprop-lab-import-"));
    try {
      const paths: string[] = [];
      for (const [index, { name, bytes }] of files.entries()) {
        const path = join(folder, `${index}-${basename(name).replaceAll(/[^\w.-]/g, "_")}`);
        await writeFile(path, bytes);
        paths.push(path);
      }
      const { pending, preview } = await judge(
        await readImport(paths).catch((error: unknown) => {
          throw namedAsChosen(error, paths, files);
        }),
      );
      this.#pending = pending;
      return preview;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Keeps what was previewed last as a data set. @throws {ContractError} If there is nothing, or it does not fit. */
  async accept({ title, validRows, shuffle, normalisation }: ImportChoice): Promise<Dataset> {
    const pending = this.#pending;
    if (pending === null) throw new ContractError("Nothing was previewed: choose files first");
    if (pending.refusal !== "") throw new ContractError(pending.refusal);
    const rows = pending.labels.length;
    if (validRows >= rows) {
      throw new ContractError(`${validRows} validation rows of ${rows} leave none to train on: take fewer`);
    }
    const order = shuffle ? permutation(randomStream(SHUFFLE_SEED, SHUFFLE_STREAM), rows) : null;
    const images = new Uint8Array(pending.images.length);
    const labels = new Uint8Array(rows);
    for (let row = 0; row < rows; row++) {
      const from = order === null ? row : (order[row] ?? row);
      images.set(pending.images.subarray(from * MNIST_PIXELS, (from + 1) * MNIST_PIXELS), row * MNIST_PIXELS);
      labels[row] = pending.labels[from] ?? 0;
      if (row % ROWS_AT_ONCE === 0) await breathe();
    }
    const slug = title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "")
      .slice(0, 30);
    const dataset: Dataset = {
      id: `${slug === "" || slug === "mnist" ? "data" : slug}-${randomUUID().slice(0, 4)}`,
      title,
      trainRows: rows - validRows,
      validRows,
      normalisation,
    };
    const folder = join(this.#root, dataset.id);
    const making = `${folder}.part`;
    await mkdir(making, { recursive: true });
    await writeFile(join(making, "images.bin"), images);
    await writeFile(join(making, "labels.bin"), labels);
    await writeFile(join(making, "dataset.json"), `${JSON.stringify(dataset, null, 2)}\n`);
    // Only whole data sets have their name.
    await rename(making, folder);
    this.#pending = null;
    return dataset;
  }

  /** @throws {ContractError} If there is no such data set, or it is MNIST. */
  async remove({ id }: { readonly id: string }): Promise<void> {
    const dataset = await this.find(id);
    if (dataset.id === MNIST_DATASET.id) throw new ContractError("MNIST belongs to the app and stays");
    await rm(join(this.#root, dataset.id), { recursive: true, force: true });
  }
}

const labelWords = (row: number, label: number): string =>
  Number.isNaN(label) ? `row ${row} has no label` : `the label of row ${row} is ${label}`;

/** A reader's error with the names of the person's files in place of the copies that were read. */
function namedAsChosen(
  error: unknown,
  paths: readonly string[],
  files: readonly { readonly name: string }[],
): unknown {
  if (error instanceof Error) {
    error.message = paths.reduce(
      (text, path, index) => text.replaceAll(path, files[index]?.name ?? "the file"),
      error.message,
    );
  }
  return error;
}

/** Grey values, counts and what is wrong. */
async function judge(raw: RawImages): Promise<{ pending: Pending; preview: ImportPreview }> {
  const { values, labels, pixels } = raw;
  const rows = labels.length;
  let centre = NaN;
  let [sum, squares, min, max, nanCount, fractions] = [0, 0, Infinity, -Infinity, 0, 0];
  let firstNan = -1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (!Number.isFinite(value)) {
      if (nanCount++ === 0) firstNan = i;
    } else {
      // Around the first value, so that the squares keep small differences.
      if (Number.isNaN(centre)) centre = value;
      sum += value - centre;
      squares += (value - centre) ** 2;
      if (value < min) min = value;
      if (value > max) max = value;
      if (!Number.isInteger(value)) fractions++;
    }
    if (i % (ROWS_AT_ONCE * MNIST_PIXELS) === 0) await breathe();
  }
  const count = values.length - nanCount;
  const mean = centre + sum / count;
  // Nothing above 1 is a share of white, also where all is 0 or 1: as grey values such images would all be black.
  const scale = max <= 1 ? 255 : 1;
  const classCounts = new Array<number>(MNIST_CLASSES).fill(0);
  let wrongLabelRow = -1;
  for (const [row, label] of labels.entries()) {
    if (Number.isInteger(label) && label >= 0 && label < MNIST_CLASSES) {
      classCounts[label] = (classCounts[label] ?? 0) + 1;
    } else if (wrongLabelRow < 0) wrongLabelRow = row;
  }
  const { firstMissing } = raw;
  const firstNanPlace =
    firstMissing === null
      ? `row ${Math.floor(firstNan / pixels) + 1}, pixel ${(firstNan % pixels) + 1}`
      : `row ${firstMissing.row + 1}, column ${firstMissing.column + 1}, which holds ${JSON.stringify(firstMissing.text)}`;
  const refusal =
    pixels !== MNIST_PIXELS
      ? `the images have ${pixels} pixels; expected 28 × 28 = ${MNIST_PIXELS}`
      : nanCount > 0
        ? `${nanCount} ${nanCount === 1 ? "value is missing, infinite or no number" : "values are missing, infinite or no numbers"}, the first in ${firstNanPlace}: mend the file first`
        : min < 0 || max > 255
          ? `values reach from ${min} to ${max}; expected grey values from 0 to 255, or from 0 to 1`
          : wrongLabelRow >= 0
            ? `${labelWords(wrongLabelRow + 1, labels[wrongLabelRow] ?? NaN)}; expected classes from 0 to ${MNIST_CLASSES - 1}`
            : "";
  const images = new Uint8Array(refusal === "" ? values.length : 0);
  for (let i = 0; i < images.length; i++) {
    images[i] = Math.round((values[i] ?? 0) * scale);
    if (i % (ROWS_AT_ONCE * MNIST_PIXELS) === 0) await breathe();
  }
  const notes = [
    ...raw.notes,
    scale === 1
      ? fractions === 0
        ? "values are grey values already"
        : "values were rounded to whole grey values"
      : "values from 0 to 1 became 256 grey values",
  ];
  const shown = refusal === "" ? Math.min(SHOWN_IMAGES, rows) : 0;
  return {
    pending: { images, labels: Uint8Array.from(labels), refusal },
    preview: {
      rows,
      classCounts,
      mean,
      min,
      max,
      nanCount,
      notes,
      refusal,
      std: Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)),
      images: Array.from({ length: shown }, (_, row) => ({
        label: labels[row] ?? NaN,
        pixels: images.slice(row * MNIST_PIXELS, (row + 1) * MNIST_PIXELS),
      })),
    },
  };
}
