import { createWriteStream } from "node:fs";
import { messageLine } from "../../core/thrown.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transform, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { open, type Entry, type ZipFile } from "yauzl";
import { DataFormatError } from "../../core/errors.ts";
import { NotNumbersError } from "./npy-header.ts";
import { readNpy, readNpyTexts, type NumberArray, type TextArray } from "./read-npy.ts";
import { openRegularFile } from "./regular-file.ts";

const MOST_ARRAYS = 64;
/** Of one array, unpacked. */
const MOST_BYTES = 2 ** 31;

/** An array of a .npz by its name there, without ".npy". */
export interface NamedArray extends NumberArray {
  readonly name: string;
}

/** What a .npz holds. */
export interface NpzContent {
  readonly arrays: readonly NamedArray[];
  /** Words, one a row, which may be labels. */
  readonly texts: readonly (TextArray & { readonly name: string; readonly why: string })[];
  /** Arrays of no numbers, beside such of numbers, and in words what they are. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
}

const opened = (path: string): Promise<ZipFile> =>
  new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true }, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(error);
    });
  });

/** What the archive lists; nothing is unpacked yet. */
const entriesOf = (zip: ZipFile): Promise<Entry[]> =>
  new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    zip.on("error", reject);
    zip.on("end", () => resolve(entries));
    zip.on("entry", (entry: Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.readEntry();
  });

const streamOf = (zip: ZipFile, entry: Entry): Promise<Readable> =>
  new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error === null) resolve(stream);
      else reject(error);
    });
  });

/** Passes bytes on and sums them up. */
class Summing extends Transform {
  sum = 0;
  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error: null, chunk: Buffer) => void,
  ): void {
    this.sum = crc32(chunk, this.sum);
    done(null, chunk);
  }
}

/**
 * Reads the arrays of a .npz, one at a time through a temporary file. Pickles in it are left out, or refused where there are
 * no numbers; so is what claims to be larger than 2 GiB unpacked or unpacks to more than it claims.
 *
 * @throws {DataFormatError} With the name of the array inside the file.
 */
export async function readNpz(path: string): Promise<NpzContent> {
  // Its kind and size first: a device or a pipe is refused.
  await (await openRegularFile(path)).handle.close();
  const refuse = (name: string, expected: string, got: string): DataFormatError =>
    new DataFormatError(path, { place: name === "" ? "the archive" : `"${name}"` }, expected, got);
  const zip = await opened(path).catch((error: unknown) => {
    throw refuse("", "a .npz, which is a zip archive of .npy files", messageLine(error));
  });
  const folder = await mkdtemp(join(tmpdir(), "backprop-lab-npz-"));
  try {
    const entries = await entriesOf(zip).catch((error: unknown) => {
      throw refuse("", "a sound zip archive", messageLine(error));
    });
    if (entries.length > MOST_ARRAYS) throw refuse("", `at most ${MOST_ARRAYS} arrays`, `${entries.length}`);
    const arrays: NamedArray[] = [];
    const texts: NpzContent["texts"][number][] = [];
    const leftOut: { name: string; why: string }[] = [];
    let refusal: NotNumbersError | null = null;
    for (const [index, entry] of entries.entries()) {
      const { fileName, uncompressedSize } = entry;
      const name = fileName.replace(/\.npy$/, "");
      if (!fileName.endsWith(".npy")) continue;
      if (uncompressedSize > MOST_BYTES) {
        throw refuse(fileName, `at most ${MOST_BYTES} bytes unpacked`, `${uncompressedSize}`);
      }
      const file = join(folder, `${index}.npy`);
      const summing = new Summing();
      try {
        await pipeline(await streamOf(zip, entry), summing, createWriteStream(file));
      } catch (error) {
        throw refuse(fileName, "sound packed data", messageLine(error));
      }
      if (summing.sum !== entry.crc32) throw refuse(fileName, "sound packed data", "a wrong checksum");
      try {
        arrays.push({ ...(await readNpy(file)), name });
      } catch (error) {
        if (error instanceof DataFormatError)
          error.message = error.message.replace(file, `${path}, "${fileName}"`);
        if (!(error instanceof NotNumbersError)) throw error;
        refusal ??= error;
        const words = await readNpyTexts(file, error);
        if (words === null) leftOut.push({ name, why: error.found });
        else texts.push({ ...words, name, why: error.found });
      }
      await rm(file);
    }
    if (arrays.length === 0 && refusal !== null) throw refusal;
    if (arrays.length === 0)
      throw refuse(
        "",
        "arrays in it",
        entries
          .map(({ fileName }) => fileName)
          .slice(0, 5)
          .join(", ") || "nothing",
      );
    return { arrays, texts, leftOut };
  } finally {
    zip.close();
    await rm(folder, { recursive: true, force: true });
  }
}
