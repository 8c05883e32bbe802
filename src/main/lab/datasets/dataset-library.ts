import { randomUUID } from "node:crypto";
import { readdirSync, type Dirent } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ContractError } from "../../../core/errors.ts";
import { permutation } from "../../../core/random/permutation.ts";
import { randomStream } from "../../../core/random/random-stream.ts";
import { MNIST_DATASET, type Dataset } from "../../../shared/experiments/dataset.ts";
import type { ImportChoice, ImportPreview } from "../../../shared/experiments/datasets.ts";
import { toyDataset, toyOf } from "../../../shared/experiments/toys.ts";
import { MNIST_CLASSES, MNIST_PIXELS } from "../../../shared/specs/network-spec.ts";
import { readRegularFileSync } from "../../data/regular-file.ts";
import { messageOf } from "../../timing/message-of.ts";
import type { DataSource } from "./data-source.ts";
import { describedBy, ImageFolderSource } from "./image-folder-source.ts";
import { MnistSource } from "./mnist-source.ts";
import { readImport, type RawImages } from "./read-import.ts";
import { ToySource } from "./toy-source.ts";

const MOST_DESCRIPTION_BYTES = 64 * 1024;
const SHOWN_IMAGES = 24;
const SHUFFLE_SEED = 1;
const SHUFFLE_STREAM = 90_000;
/** Rows between two breaths of main's event loop. */
const ROWS_AT_ONCE = 2_000;

/** What was previewed and may be taken. */
interface Pending {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly refusal: string;
}

const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** Imports that were cut short leave such a folder. */
const UNFINISHED = ".part";

function entriesOf(root: string): readonly Dirent[] {
  try {
    return readdirSync(root, { withFileTypes: true });
  } catch {
    // Nothing was imported yet.
    return [];
  }
}

/** The data set in a folder, or why there is none. */
function describedIn(root: string, name: string): Dataset | string {
  if (name === MNIST_DATASET.id) return "this name belongs to the app's own MNIST";
  try {
    const bytes = readRegularFileSync(join(root, name, "dataset.json"), MOST_DESCRIPTION_BYTES);
    return describedBy(name, bytes.toString("utf8"));
  } catch (error) {
    return messageOf(error);
  }
}

export interface LibraryOptions {
  /** The folder of imported data sets, beside the database. */
  readonly root: string;
  readonly resourcesDir: string;
  /** Hears once of each folder that should hold a data set and does not. */
  readonly onProblem?: (problem: string) => void;
}

/** All data sets that a spec may name: MNIST, what was imported, and toys. */
export class DatasetLibrary {
  readonly #options: LibraryOptions;
  readonly #mnist: MnistSource;
  /** Each folder is complained about once. */
  readonly #told = new Set<string>();
  #pending: Pending | null = null;

  constructor(options: LibraryOptions) {
    this.#options = options;
    this.#mnist = new MnistSource(options.resourcesDir);
  }

  /** MNIST first, then what was imported. */
  list(): readonly Dataset[] {
    const { datasets, problems } = this.#read();
    for (const [folder, problem] of problems) {
      if (this.#told.has(folder)) continue;
      this.#told.add(folder);
      this.#options.onProblem?.(problem);
    }
    return datasets;
  }

  /** All folders: what they hold, and what is wrong with the others. */
  #read(): { readonly datasets: readonly Dataset[]; readonly problems: ReadonlyMap<string, string> } {
    const { root } = this.#options;
    const names = entriesOf(root)
      .filter((entry) => entry.isDirectory() && !entry.name.endsWith(UNFINISHED))
      .map(({ name }) => name);
    const datasets: Dataset[] = [MNIST_DATASET];
    const problems = new Map<string, string>();
    for (const name of names.sort()) {
      const described = describedIn(root, name);
      if (typeof described !== "string") datasets.push(described);
      else {
        problems.set(
          name,
          `The folder ${join(root, name)} is left out: ${described}. Mend its dataset.json, or remove the folder and import the data again.`,
        );
      }
    }
    return { datasets, problems };
  }

  /** @throws {ContractError} If there is no such data set. */
  find(id: string): Dataset {
    const toy = toyOf(id);
    if (toy !== null) return toyDataset(toy);
    const { datasets: all, problems } = this.#read();
    const dataset = all.find((one) => one.id === id);
    if (dataset !== undefined) return dataset;
    const problem = problems.get(id);
    if (problem !== undefined) throw new ContractError(`The data set "${id}" cannot be used. ${problem}`);
    throw new ContractError(
      `There is no data set "${id}"; there are ${all.map((one) => one.id).join(", ")}. Import it in the Train view.`,
    );
  }

  /** The rows of a data set. @throws {ContractError} If there is no such data set. */
  open(id: string): DataSource {
    const dataset = this.find(id);
    if (dataset.id === MNIST_DATASET.id) return this.#mnist;
    const toy = toyOf(id);
    if (toy !== null) return new ToySource(toy);
    return new ImageFolderSource(dataset, join(this.#options.root, id));
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
    const described = {
      id: `${slug === "" || slug === "mnist" ? "data" : slug}-${randomUUID().slice(0, 4)}`,
      title,
      trainRows: rows - validRows,
      validRows,
      normalisation,
    };
    const folder = join(this.#options.root, described.id);
    const making = `${folder}.part`;
    await mkdir(making, { recursive: true });
    await writeFile(join(making, "images.bin"), images);
    await writeFile(join(making, "labels.bin"), labels);
    await writeFile(join(making, "dataset.json"), `${JSON.stringify(described, null, 2)}\n`);
    // Only whole data sets have their name.
    await rename(making, folder);
    this.#pending = null;
    return this.find(described.id);
  }

  /** @throws {ContractError} If there is no such data set, or it is MNIST. */
  async remove({ id }: { readonly id: string }): Promise<void> {
    const dataset = this.find(id);
    if (dataset.id === MNIST_DATASET.id) throw new ContractError("MNIST belongs to the app and stays");
    await rm(join(this.#options.root, dataset.id), { recursive: true, force: true });
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
