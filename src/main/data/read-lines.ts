import { DataFormatError } from "../../core/errors.ts";
import { openRegularFile } from "./regular-file.ts";
import { isGzip, unpackedChunks } from "./unpacked-chunks.ts";

const NEW_LINE = 0x0a;

/**
 * The lines of a UTF-8 text, gzipped or not, one after the other and without their ends, however long the file is.
 *
 * @throws {DataFormatError} If it is no regular file, no UTF-8, or a line is longer than `mostLineBytes`;
 * if gzip data is damaged or cut short.
 */
export async function* readLines(path: string, mostLineBytes: number): AsyncGenerator<string> {
  const file = await openRegularFile(path, Infinity);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [kept, keptBytes, lineAt]: [Uint8Array[], number, number] = [[], 0, 0];
  const keep = (bytes: Uint8Array): void => {
    kept.push(bytes);
    keptBytes += bytes.length;
    if (keptBytes <= mostLineBytes) return;
    throw new DataFormatError(path, lineAt, `lines of at most ${mostLineBytes} bytes`, "a longer one");
  };
  const takeLine = (): string => {
    const line = kept.length === 1 ? (kept[0] ?? new Uint8Array()) : Buffer.concat(kept);
    try {
      return decoder.decode(line).replace(/\r$/, "");
    } catch {
      throw new DataFormatError(path, lineAt, "text in UTF-8", "bytes that are none");
    }
  };
  try {
    const gzip = await isGzip(file);
    for await (const chunk of unpackedChunks(path, file, { gzip, expected: () => "a whole file" })) {
      let from = 0;
      for (let to = chunk.indexOf(NEW_LINE); to >= 0; to = chunk.indexOf(NEW_LINE, from)) {
        keep(chunk.subarray(from, to));
        yield takeLine();
        lineAt += keptBytes + 1;
        [kept, keptBytes, from] = [[], 0, to + 1];
      }
      // A chunk's memory is read into again.
      if (from < chunk.length) keep(Uint8Array.from(chunk.subarray(from)));
    }
    if (keptBytes > 0) yield takeLine();
  } finally {
    await file.handle.close();
  }
}
