import { DataFormatError } from "../../core/errors.ts";
import { IDX_MAGIC_BYTES, idxHeaderBytes, idxShape, idxType } from "./idx-header.ts";
import type { NpyType } from "./npy-type.ts";
import type { NumberArray } from "./read-npy.ts";
import { openRegularFile } from "./regular-file.ts";
import { isGzip, unpackedChunks } from "./unpacked-chunks.ts";

export interface ReadIdxOptions {
  /** Bytes that the values of a file may have; 1 GiB if not given. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 2 ** 30;
/** Deflate cannot compress better than this, so a small file that claims a lot is lying. */
const MAX_DEFLATE_RATIO = 1032;

/** Checks what the header claims before anything is allocated for it. @throws {DataFormatError} */
function checkClaim(
  file: string,
  { shape, type }: { readonly shape: readonly number[]; readonly type: NpyType },
  headerBytes: number,
  limits: { readonly fileBytes: number; readonly gzip: boolean; readonly maxBytes: number },
): number {
  const { fileBytes, gzip, maxBytes } = limits;
  const values = shape.reduce((product, size) => product * size, 1);
  const claimed = type.bytes * values;
  const claim = `${values} values of shape (${shape.join(", ")})${type.bytes === 1 ? "" : `, ${type.name}`}`;
  if (claimed > maxBytes) {
    throw new DataFormatError(
      file,
      IDX_MAGIC_BYTES,
      `at most ${maxBytes} ${type.bytes === 1 ? "values" : "bytes"}`,
      claim,
    );
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

/** Takes bytes in pieces: first the header, then the values. */
class IdxReceiver {
  readonly #file: string;
  readonly #limits: Parameters<typeof checkClaim>[3];
  #header: Uint8Array = new Uint8Array(0);
  #array: { readonly shape: readonly number[]; readonly type: NpyType; readonly data: Uint8Array } | null =
    null;
  #values = 0;

  constructor(file: string, limits: Parameters<typeof checkClaim>[3]) {
    this.#file = file;
    this.#limits = limits;
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
  }

  /** @throws {DataFormatError} If the file ended early. */
  finish(): NumberArray {
    const expected = this.expectedBytes;
    if (this.#array !== null && expected === this.receivedBytes) {
      const { shape, type, data } = this.#array;
      if (type.name === "uint8") return { shape, dtype: type.name, data };
      const values = type.allocate(data.length / type.bytes);
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      for (let i = 0; i < values.length; i++) values[i] = type.read(view, i * type.bytes);
      return { shape, dtype: type.name, data: values };
    }
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
    const claim = { shape: idxShape(header), type: idxType(header) };
    const claimed = checkClaim(this.#file, claim, headerBytes, this.#limits);
    const data = new Uint8Array(claimed);
    const rest = taken(headerBytes);
    this.#header = header;
    this.#array = { ...claim, data };
    return rest;
  }
}

/**
 * Reads an IDX file, plain or gzipped, in small pieces. What the header claims is checked before
 * anything is allocated, and unpacking stops at the first byte too many.
 *
 * @throws {DataFormatError} Wrong magic, type, size or checksum; a file cut short; anything behind its end.
 */
export async function readIdx(path: string, options: ReadIdxOptions = {}): Promise<NumberArray> {
  const file = await openRegularFile(path);
  try {
    const gzip = await isGzip(file);
    const limits = { fileBytes: file.sizeBytes, gzip, maxBytes: options.maxBytes ?? MAX_BYTES };
    const receiver = new IdxReceiver(path, limits);
    const expected = (): string =>
      receiver.expectedBytes === null ? "a complete header" : `${receiver.expectedBytes} bytes`;
    for await (const chunk of unpackedChunks(path, file, { gzip, expected })) receiver.receive(chunk);
    return receiver.finish();
  } finally {
    await file.handle.close();
  }
}
