import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { DataFormatError } from "../../core/errors.ts";
import type { RegularFile } from "./regular-file.ts";

/** Small enough that copying one chunk takes microseconds of main's event loop. */
const CHUNK_BYTES = 128 * 1024;

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
    const detail = error instanceof Error ? error.message : "";
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
  return error instanceof Error ? error : new Error(String(error));
}

/**
 * The bytes of a file in pieces, unpacked if it is gzipped. Whoever stops listening stops the unpacking.
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
  const source = file.handle.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK_BYTES });
  const gunzip = gzip ? createGunzip({ chunkSize: CHUNK_BYTES }) : null;
  // The loop below hears of every failure; the callback only keeps it from being thrown a second time.
  const stream: Readable = gunzip === null ? source : pipeline(source, gunzip, () => undefined);
  let received = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      received += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw gunzipError(path, error, expected(), received);
  }
  if (gunzip !== null && gunzip.bytesWritten !== file.sizeBytes) {
    const trailing = `${file.sizeBytes - gunzip.bytesWritten} more bytes`;
    throw new DataFormatError(path, gunzip.bytesWritten, "the end of the file", trailing);
  }
}
