import { promisify } from "node:util";
import { messageOf } from "../../../core/thrown.ts";
import { fromBuffer, type Entry, type ZipFile } from "yauzl";
import { DataFormatError } from "../../../core/errors.ts";
import { NPY_PREFIX_BYTES, npyHeaderRange, parseNpyHeader } from "../../data/npy-header.ts";
import { readRegularFile } from "../../data/regular-file.ts";
import type { SavedTensor } from "../../data/safetensors.ts";

const MOST_FILE_BYTES = 1 << 30;
/** Unpacked, all arrays together: a zip bomb ends here. */
const MOST_BYTES = 1 << 30;
const MOST_ENTRIES = 10_000;

/** One array as float32. @throws {DataFormatError} */
function arrayOf(file: string, bytes: Uint8Array): SavedTensor {
  const { begin, end } = npyHeaderRange(file, bytes.subarray(0, NPY_PREFIX_BYTES));
  if (end > bytes.length)
    throw new DataFormatError(file, bytes.length, `${end} bytes`, `${bytes.length} bytes`);
  const text = new TextDecoder("latin1").decode(bytes.subarray(begin, end));
  const { shape, type } = parseNpyHeader(file, text, begin);
  const numel = shape.reduce((product, size) => product * size, 1);
  if (end + numel * type.bytes !== bytes.length) {
    throw new DataFormatError(
      file,
      bytes.length,
      `${end + numel * type.bytes} bytes for shape (${shape.join(", ")}) of ${type.name}`,
      `${bytes.length} bytes`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + end, bytes.length - end);
  const data = new Float32Array(numel);
  for (let i = 0; i < numel; i++) data[i] = type.read(view, i * type.bytes);
  return { shape, data };
}

/**
 * Reads the arrays of a .npz file (numpy.savez) as float32, by name. Entries stay in memory: no path of theirs is ever
 * written to.
 *
 * @throws {DataFormatError} If it is no zip, an entry is no array, or all together are too large.
 */
export async function readNpz(path: string): Promise<ReadonlyMap<string, SavedTensor>> {
  const refuse = (expected: string, got: string): never => {
    throw new DataFormatError(path, { place: "the archive" }, expected, got);
  };
  const bytes = await readRegularFile(path, MOST_FILE_BYTES);
  let zip: ZipFile;
  try {
    zip = await promisify<Buffer, { lazyEntries: boolean }, ZipFile>(fromBuffer)(bytes, {
      lazyEntries: true,
    });
  } catch (error) {
    return refuse("a .npz file", messageOf(error));
  }
  const arrays = new Map<string, SavedTensor>();
  let total = 0;
  const readEntry = async (entry: Entry): Promise<void> => {
    total += entry.uncompressedSize;
    if (total > MOST_BYTES) refuse(`at most ${MOST_BYTES} bytes unpacked`, `${total} bytes or more`);
    if (!entry.fileName.endsWith(".npy"))
      refuse("arrays only, named .npy", JSON.stringify(entry.fileName.slice(0, 100)));
    const stream = await promisify(zip.openReadStream.bind(zip))(entry);
    const parts: Buffer[] = [];
    // yauzl itself ends a stream that is longer than its entry says.
    for await (const part of stream as AsyncIterable<Buffer>) parts.push(part);
    const name = entry.fileName.slice(0, -".npy".length);
    if (arrays.has(name)) refuse("every array once", `${name} twice`);
    arrays.set(name, arrayOf(`${path}, ${name}`, Buffer.concat(parts)));
  };
  if (zip.entryCount > MOST_ENTRIES) refuse(`at most ${MOST_ENTRIES} arrays`, `${zip.entryCount}`);
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(
        error instanceof DataFormatError
          ? error
          : new DataFormatError(path, { place: "the archive" }, "a sound .npz file", messageOf(error)),
      );
    };
    zip.on("error", fail);
    zip.on("end", () => resolve(arrays));
    zip.on("entry", (entry: Entry) => {
      readEntry(entry).then(() => {
        zip.readEntry();
      }, fail);
    });
    zip.readEntry();
  });
}
