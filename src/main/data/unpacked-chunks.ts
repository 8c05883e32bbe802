import { pipeline } from "node:stream";
import { errorOf, messageOf } from "../../core/thrown.ts";
import { createGunzip } from "node:zlib";
import { DataFormatError } from "../../core/errors.ts";
import type { RegularFile } from "./regular-file.ts";

/** Small enough that copying one chunk takes microseconds of main's event loop. */
const CHUNK_BYTES = 128 * 1024;
/** Read into the same memory again and again: new memory for each piece costs more than reading it. */
const READ_AHEAD_BYTES = 256 * 1024;

/** Does the file begin as gzip data does? */
export async function isGzip({ handle }: RegularFile): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}

/** zlib's complaints, in words that say what to do. */
function gunzipError(path: string, error: unknown, expected: string, got: number): Error {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "Z_BUF_ERROR") {
    return new DataFormatError(path, got, expected, `${got} bytes: the compressed file ends early`);
  }
  if (code === "Z_DATA_ERROR") {
    const detail = messageOf(error);
    // The file began with gzip's magic, so this is what zlib says of bytes behind the end of the data.
    if (detail === "incorrect header check") {
      return new DataFormatError(path, got, "the end of the file", "more bytes behind the gzip data");
    }
    const crc = detail === "incorrect data check" || detail === "incorrect length check";
    return new DataFormatError(
      path,
      got,
      "sound gzip data",
      crc ? `a wrong checksum (${detail})` : `damaged data (${detail})`,
    );
  }
  return errorOf(error);
}

/** A plain file in pieces, the next being read while one is looked at; each is valid until the next is asked for. */
async function* readAhead({ handle }: RegularFile): AsyncGenerator<Uint8Array> {
  const read = (buffer: Buffer, at: number): Promise<{ buffer: Buffer; bytesRead: number }> =>
    handle.read(buffer, 0, READ_AHEAD_BYTES, at);
  let spare: Buffer = Buffer.allocUnsafeSlow(READ_AHEAD_BYTES);
  let coming = read(Buffer.allocUnsafeSlow(READ_AHEAD_BYTES), 0);
  try {
    for (let at = 0; ;) {
      const { buffer, bytesRead } = await coming;
      if (bytesRead === 0) return;
      at += bytesRead;
      coming = read(spare, at);
      yield buffer.subarray(0, bytesRead);
      spare = buffer;
    }
  } finally {
    // Who closes the file must not take it from a reading that is on its way.
    await coming.catch(() => undefined);
  }
}

/**
 * The bytes of a file in pieces, unpacked if it is gzipped; a piece is valid until the next is asked for. Whoever stops
 * listening stops the unpacking.
 *
 * `expected` says in an error what should have come: "15680016 bytes".
 *
 * @throws {DataFormatError} If the gzip data is damaged, cut short, or something follows it.
 */
export async function* unpackedChunks(
  path: string,
  file: RegularFile,
  { gzip, expected }: { readonly gzip: boolean; readonly expected: () => string },
): AsyncGenerator<Uint8Array> {
  if (!gzip) {
    yield* readAhead(file);
    return;
  }
  const source = file.handle.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK_BYTES });
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // The loop below hears of every failure; the callback only keeps it from being thrown a second time.
  const stream = pipeline(source, gunzip, () => undefined);
  let received = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      received += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw gunzipError(path, error, expected(), received);
  }
  if (gunzip.bytesWritten !== file.sizeBytes) {
    const trailing = `${file.sizeBytes - gunzip.bytesWritten} more bytes`;
    throw new DataFormatError(path, gunzip.bytesWritten, "the end of the file", trailing);
  }
}
