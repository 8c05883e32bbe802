import { join } from "node:path";
import { DataFormatError } from "../../../core/errors.ts";
import { MNIST_DATASET } from "../../../shared/experiments/dataset.ts";
import { IDX_MAGIC_BYTES, idxHeaderBytes, idxShape, idxType } from "../../data/idx-header.ts";
import { readStretch } from "../../data/read-stretch.ts";
import type { DataSource, Moments } from "./data-source.ts";

const TRAINING_IMAGES = 60_000;
const TEST_IMAGES = 10_000;
const IMAGE_SHAPE = [28, 28];
const REMEDY = "the installation may be damaged: install the app again, or run npm run setup";

/** A file of MNIST's, unpacked: a header, then a byte a pixel or label. */
interface IdxFile {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Of the 39,200,000 bytes of the 50,000 training images divided by 256: to count them takes a tenth of a second of each start. */
const TRAINING_MOMENTS: Moments = { mean: 0.13044972207828445, std: 0.3072898368151206 };

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/**
 * MNIST from the app's resources: 60,000 training images, of which the last 10,000 are for validation; its own test
 * images apart. Only rows that are asked for are read.
 */
export class MnistSource implements DataSource {
  readonly dataset = MNIST_DATASET;
  readonly scaling = null;
  readonly moments = TRAINING_MOMENTS;
  readonly #folder: string;
  /** Files whose header was sound. */
  readonly #sound = new Set<string>();

  constructor(resourcesDir: string) {
    this.#folder = join(resourcesDir, "data", "mnist");
  }

  async features(first: number, count: number): Promise<Uint8Array> {
    const { part, images, at } = fileOf(first, count);
    return this.#rows({ name: `${part}-images-idx3-ubyte`, shape: [images, ...IMAGE_SHAPE] }, at, count);
  }

  async targets(first: number, count: number): Promise<Float32Array> {
    const { part, images, at } = fileOf(first, count);
    const file = { name: `${part}-labels-idx1-ubyte`, shape: [images] };
    const labels = await this.#rows(file, at, count);
    const classes = this.dataset.target.names.length;
    const wrong = labels.findIndex((label) => label >= classes);
    if (wrong < 0) return Float32Array.from(labels);
    throw new DataFormatError(
      join(this.#folder, file.name),
      headerBytes(file) + at + wrong,
      `labels from 0 to ${classes - 1}`,
      `${labels[wrong] ?? NaN} for image ${at + wrong}; ${REMEDY}`,
    );
  }

  async #rows(file: IdxFile, first: number, count: number): Promise<Uint8Array> {
    if (!this.#sound.has(file.name)) await this.#checkHeader(file);
    const [, ...item] = file.shape;
    const rowBytes = sizeOf(item);
    return this.#read(file, headerBytes(file) + first * rowBytes, count * rowBytes);
  }

  /** @throws {DataFormatError} If the file is of another kind, or has other sizes. */
  async #checkHeader(file: IdxFile): Promise<void> {
    const path = join(this.#folder, file.name);
    const header = await this.#read(file, 0, headerBytes(file));
    const length = idxHeaderBytes(path, header.subarray(0, IDX_MAGIC_BYTES));
    const type = idxType(header).name;
    if (type !== "uint8") throw new DataFormatError(path, 2, "unsigned bytes", `${type}; ${REMEDY}`);
    const shape = length === header.length ? idxShape(header).join(", ") : `${length / 4 - 1} axes`;
    if (shape !== file.shape.join(", ")) {
      const got = `(${shape}); ${REMEDY}`;
      throw new DataFormatError(path, IDX_MAGIC_BYTES, `shape (${file.shape.join(", ")})`, got);
    }
    this.#sound.add(file.name);
  }

  #read(file: IdxFile, offsetBytes: number, sizeBytes: number): Promise<Uint8Array> {
    const fileBytes = headerBytes(file) + sizeOf(file.shape);
    return readStretch(join(this.#folder, file.name), { offsetBytes, sizeBytes, fileBytes, remedy: REMEDY });
  }
}

const headerBytes = ({ shape }: IdxFile): number => IDX_MAGIC_BYTES + 4 * shape.length;

/** Which file holds these rows, and from which of its rows on. */
function fileOf(
  first: number,
  count: number,
): { readonly part: string; readonly images: number; readonly at: number } {
  const [part, images, at] =
    first < TRAINING_IMAGES
      ? ["train", TRAINING_IMAGES, first]
      : ["t10k", TEST_IMAGES, first - TRAINING_IMAGES];
  if (at + count > images) throw new RangeError(`MNIST: no rows ${first} to ${first + count} in one file`);
  return { part, images, at };
}
