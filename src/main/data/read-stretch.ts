import { DataFormatError } from "../../core/errors.ts";
import { openRegularFile } from "./regular-file.ts";

const MOST_BYTES_A_READ = 2 ** 26;

export interface Stretch {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** What the whole file must have. */
  readonly fileBytes: number;
  /** What to do about a file of another size. */
  readonly remedy: string;
}

/** Some bytes out of the middle of a file. @throws {DataFormatError} If the file has another size than it should have. */
export async function readStretch(path: string, stretch: Stretch): Promise<Uint8Array<ArrayBuffer>> {
  const { offsetBytes, sizeBytes, fileBytes, remedy } = stretch;
  const { handle, sizeBytes: found } = await openRegularFile(path);
  try {
    if (found !== fileBytes) {
      const at = Math.min(found, fileBytes);
      throw new DataFormatError(path, at, `${fileBytes} bytes`, `${found}; ${remedy}`);
    }
    const bytes = new Uint8Array(sizeBytes);
    for (let done = 0; done < sizeBytes;) {
      const length = Math.min(sizeBytes - done, MOST_BYTES_A_READ);
      const { bytesRead } = await handle.read(bytes, done, length, offsetBytes + done);
      if (bytesRead === 0) {
        const got = `fewer: it was cut while it was read; ${remedy}`;
        throw new DataFormatError(path, offsetBytes + done, `${fileBytes} bytes`, got);
      }
      done += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}
