import { DataFormatError } from "../../core/errors.ts";
import type { RegularFile } from "./regular-file.ts";

const CHUNK_BYTES = 1 << 20;
const NEW_LINE = 0x0a;

export interface FileLine {
  /** Without its end. */
  readonly bytes: Buffer;
  /** Where the next line begins. */
  readonly next: number;
  /** The last line may still be without its end. */
  readonly ended: boolean;
}

/**
 * Lines of a file that grows, from a byte on at which one begins.
 *
 * @throws {DataFormatError} If a line is longer than `mostLineBytes`.
 */
export async function* linesFrom(
  path: string,
  { handle, sizeBytes }: RegularFile,
  from: number,
  mostLineBytes: number,
): AsyncGenerator<FileLine> {
  const requireLength = (bytes: Buffer, lineAt: number): void => {
    if (bytes.length <= mostLineBytes) return;
    throw new DataFormatError(path, lineAt, `lines of at most ${mostLineBytes} bytes`, "a longer one");
  };
  let kept: Buffer = Buffer.alloc(0);
  let [at, lineAt] = [from, from];
  while (at < sizeBytes) {
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, sizeBytes - at));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    const bytes = Buffer.concat([kept, chunk.subarray(0, bytesRead)]);
    let begin = 0;
    for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE, begin)) {
      const line = bytes.subarray(begin, end);
      requireLength(line, lineAt);
      begin = end + 1;
      lineAt += line.length + 1;
      yield { bytes: line, next: lineAt, ended: true };
    }
    kept = bytes.subarray(begin);
    requireLength(kept, lineAt);
  }
  if (kept.length > 0) yield { bytes: kept, next: lineAt + kept.length, ended: false };
}
