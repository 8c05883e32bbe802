import type { FileHandle } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip, type Gunzip } from "node:zlib";
import { DataFormatError } from "../../core/errors.ts";
import { IDX_MAGIC_BYTES, idxHeaderBytes, idxShape } from "./idx-header.ts";
import { openRegularFile } from "./regular-file.ts";

/** Unsigned bytes, row-major. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export interface ReadIdxOptions {
  /** Where the values go, once the header is known to be sound; a new array if not given. */
  readonly allocate?: (shape: readonly number[]) => Uint8Array;
  /** Values a file may hold; 1 GiB if not given. */
  readonly maxBytes?: number;
  readonly onProgress?: (fraction: number) => void;
}

const MAX_BYTES = 2 ** 30;
/** Deflate cannot compress better than this, so a small file that claims a lot is lying. */
const MAX_DEFLATE_RATIO = 1032;
/** Small enough that copying one chunk takes microseconds of main's event loop. */
const CHUNK_BYTES = 128 * 1024;

/** Checks what the header claims before anything is allocated for it. @throws {DataFormatError} */
function checkClaim(
  file: string,
  shape: readonly number[],
  headerBytes: number,
  limits: { readonly fileBytes: number; readonly gzip: boolean; readonly maxBytes: number },
): number {
  const { fileBytes, gzip, maxBytes } = limits;
  const claimed = shape.reduce((product, size) => product * size, 1);
  const claim = `${claimed} values of shape (${shape.join(", ")})`;
  if (claimed > maxBytes) {
    throw new DataFormatError(file, IDX_MAGIC_BYTES, `at most ${maxBytes} values`, claim);
  }
  if (!gzip && headerBytes + claimed !== fileBytes) {
    throw new DataFormatError(
      file,
      Math.min(fileBytes, headerBytes + claimed),
      `${headerBytes + claimed} bytes for ${claim}`,
      `${fileBytes} bytes`,
    );
  }
  if (gzip && headerBytes + claimed > fileBytes * MAX_DEFLATE_RATIO) {
    throw new DataFormatError(
      file,
      IDX_MAGIC_BYTES,
      `no more than ${fileBytes} compressed bytes can hold`,
      claim,
    );
  }
  return claimed;
}

async function isGzip(handle: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}

/** zlib's complaints, in words that say what to do. */
function gunzipError(file: string, error: unknown, expected: number | null, got: number): Error {
  const code = error instanceof Error && "code" in error ? error.code : null;
  const wanted = expected === null ? "a complete header" : `${expected} bytes`;
  if (code === "Z_BUF_ERROR") {
    return new DataFormatError(file, got, wanted, `${got} bytes: the compressed file ends early`);
  }
  if (code === "Z_DATA_ERROR") {
    const detail = error instanceof Error ? error.message : "";
    // The file began with gzip's magic, so this is what zlib says of bytes behind the end of the data.
    if (detail === "incorrect header check") {
      return new DataFormatError(file, got, "the end of the file", "more bytes behind the gzip data");
    }
    const crc = detail === "incorrect data check" || detail === "incorrect length check";
    return new DataFormatError(
      file,
      got,
      "sound gzip data",
      crc ? `a wrong checksum (${detail})` : `damaged data (${detail})`,
    );
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** Takes bytes in pieces: first the header, then the values. */
class IdxReceiver {
  readonly #file: string;
  readonly #limits: Parameters<typeof checkClaim>[3];
  readonly #options: ReadIdxOptions;
  #header: Uint8Array = new Uint8Array(0);
  #array: IdxArray | null = null;
  #values = 0;

  constructor(file: string, limits: Parameters<typeof checkClaim>[3], options: ReadIdxOptions) {
    this.#file = file;
    this.#limits = limits;
    this.#options = options;
  }

  /** Bytes that the whole file should hold, once the header is known. */
  get expectedBytes(): number | null {
    return this.#array === null ? null : this.#header.length + this.#array.data.length;
  }

  get receivedBytes(): number {
    return this.#header.length + this.#values;
  }

  /** @throws {DataFormatError} If there are more values than the header claims. */
  receive(chunk: Uint8Array): void {
    const rest = this.#array === null ? this.#receiveHeader(chunk) : chunk;
    if (this.#array === null) return;
    const { data } = this.#array;
    if (this.#values + rest.length > data.length) {
      const expected = this.#header.length + data.length;
      throw new DataFormatError(this.#file, expected, `${expected} bytes`, "more");
    }
    data.set(rest, this.#values);
    this.#values += rest.length;
    if (data.length > 0) this.#options.onProgress?.(this.#values / data.length);
  }

  /** @throws {DataFormatError} If the file ended early. */
  finish(): IdxArray {
    const expected = this.expectedBytes;
    if (this.#array !== null && expected === this.receivedBytes) return this.#array;
    const wanted = expected === null ? "a complete IDX header" : `${expected} bytes`;
    throw new DataFormatError(this.#file, this.receivedBytes, wanted, `${this.receivedBytes} bytes`);
  }

  /** Returns what is left of the chunk behind the header. */
  #receiveHeader(chunk: Uint8Array): Uint8Array {
    const known = new Uint8Array([...this.#header, ...chunk.subarray(0, 64)]);
    const taken = (length: number): Uint8Array => chunk.subarray(length - this.#header.length);
    if (known.length < IDX_MAGIC_BYTES) {
      this.#header = known;
      return taken(known.length);
    }
    const headerBytes = idxHeaderBytes(this.#file, known.subarray(0, IDX_MAGIC_BYTES));
    if (known.length < headerBytes) {
      this.#header = known;
      return taken(known.length);
    }
    const header = known.slice(0, headerBytes);
    const shape = idxShape(header);
    const claimed = checkClaim(this.#file, shape, headerBytes, this.#limits);
    const data = this.#options.allocate?.(shape) ?? new Uint8Array(claimed);
    if (data.length !== claimed) {
      const expected = `${data.length} values, the size of the array to fill`;
      throw new DataFormatError(this.#file, IDX_MAGIC_BYTES, expected, `${claimed}`);
    }
    const rest = taken(headerBytes);
    this.#header = header;
    this.#array = { shape, data };
    return rest;
  }
}

/**
 * Reads an IDX file of unsigned bytes, plain or gzipped, in small pieces. What the header claims is checked before
 * anything is allocated, and unpacking stops at the first byte too many.
 *
 * @throws {DataFormatError} Wrong magic, type, size or checksum; a file cut short; anything behind its end.
 */
export async function readIdx(file: string, options: ReadIdxOptions = {}): Promise<IdxArray> {
  const { handle, sizeBytes: fileBytes } = await openRegularFile(file);
  try {
    const gzip = await isGzip(handle);
    const receiver = new IdxReceiver(
      file,
      { fileBytes, gzip, maxBytes: options.maxBytes ?? MAX_BYTES },
      options,
    );
    const source = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK_BYTES });
    const gunzip: Gunzip | null = gzip ? createGunzip({ chunkSize: CHUNK_BYTES }) : null;
    // The loop below hears of every failure; the callback only keeps it from being thrown a second time.
    const stream: Readable = gunzip === null ? source : pipeline(source, gunzip, () => undefined);
    let received = 0;
    try {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        receiver.receive(chunk);
        received += chunk.length;
      }
    } catch (error) {
      if (error instanceof DataFormatError) throw error;
      throw gunzipError(file, error, receiver.expectedBytes, received);
    }
    const array = receiver.finish();
    if (gunzip !== null && gunzip.bytesWritten !== fileBytes) {
      const trailing = `${fileBytes - gunzip.bytesWritten} more bytes`;
      throw new DataFormatError(file, gunzip.bytesWritten, "the end of the file", trailing);
    }
    return array;
  } finally {
    await handle.close();
  }
}
