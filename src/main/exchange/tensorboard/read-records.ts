import type { FileHandle } from "node:fs/promises";
import { openRegularFile } from "../../data/regular-file.ts";
import { maskedCrc32c } from "./crc32c.ts";

const HEADER_BYTES = 12;
const FOOTER_BYTES = 4;
/** Pictures and audio are in records too; this is where a wrong length is noticed. */
const MOST_RECORD_BYTES = 256 * 1024 * 1024;

/** What was found out about a file of records while it was read. */
export interface RecordsState {
  /** Where the next record begins. */
  offset: number;
  /** Records whose checksum is wrong: left out. */
  damaged: number;
  /** Why nothing behind `offset` can be read any more, or "". */
  broken: string;
  /** Bytes behind `offset` that are no whole record (yet). */
  leftBytes: number;
}

export const newRecordsState = (): RecordsState => ({ offset: 0, damaged: 0, broken: "", leftBytes: 0 });

/**
 * The whole TFRecords of a file from `state.offset` on: length (8 bytes), its checksum, the record, its checksum. A
 * record that is not there whole stays for the next time; one with a wrong checksum is counted and left out; a length
 * with a wrong checksum ends the file, as nobody knows where the next record begins.
 *
 * @throws {DataFormatError} If it is no regular file.
 */
export async function* readRecords(
  path: string,
  state: RecordsState,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly at: number }> {
  if (state.broken !== "") return;
  const { handle, sizeBytes } = await openRegularFile(path, Infinity);
  try {
    for (;;) {
      const left = sizeBytes - state.offset;
      state.leftBytes = left;
      if (left < HEADER_BYTES) return;
      const header = await readAt(handle, state.offset, HEADER_BYTES);
      const view = new DataView(header.buffer, header.byteOffset);
      if (view.getUint32(8, true) !== maskedCrc32c(header.subarray(0, 8))) {
        state.broken = `the length at byte ${state.offset} is damaged, so that the ${left} bytes from there on cannot be read`;
        return;
      }
      const length = Number(view.getBigUint64(0, true));
      if (length > MOST_RECORD_BYTES) {
        state.broken = `the record at byte ${state.offset} claims ${length} bytes, more than ${MOST_RECORD_BYTES}`;
        return;
      }
      if (left < HEADER_BYTES + length + FOOTER_BYTES) return;
      const body = await readAt(handle, state.offset + HEADER_BYTES, length + FOOTER_BYTES);
      const bytes = body.subarray(0, length);
      const at = state.offset + HEADER_BYTES;
      state.offset = at + length + FOOTER_BYTES;
      const sum = new DataView(body.buffer, body.byteOffset + length).getUint32(0, true);
      if (sum === maskedCrc32c(bytes)) yield { bytes, at };
      else state.damaged++;
    }
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new RangeError("the file became shorter while it was read");
    done += bytesRead;
  }
  return bytes;
}
