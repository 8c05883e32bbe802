import { constants, readFileSync, statSync, type Stats } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { DataFormatError } from "../../core/errors.ts";

/** Larger than any data or weights that fit into the engine's memory; a sparse file of 50 GB is a mistake. */
const MOST_BYTES = 2 ** 32;

export interface RegularFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
}

/** @throws {DataFormatError} If it is no regular file: a device has no end, a pipe may never answer. */
function requireRegular(path: string, found: Stats): void {
  if (found.isFile()) return;
  throw new DataFormatError(path, 0, "a file", found.isDirectory() ? "a folder" : "a device or pipe");
}

/**
 * Opens a file for reading and gives its size. Its kind and size are looked at first: folders, devices, pipes and files
 * larger than `mostBytes` are refused before anything is read.
 *
 * @throws {DataFormatError} If it is no regular file or too large. @throws {Error} If it cannot be opened, as the
 * system says.
 */
export async function openRegularFile(path: string, mostBytes = MOST_BYTES): Promise<RegularFile> {
  // Before it is opened: to open a device may already move it.
  requireRegular(path, await stat(path));
  // A pipe that took the file's place meanwhile would wait for a writer; Windows has no such flag.
  const handle = await open(
    path,
    constants.O_RDONLY | ((constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0),
  );
  try {
    const found = await handle.stat();
    requireRegular(path, found);
    if (found.size > mostBytes) {
      throw new DataFormatError(path, 0, `a file of at most ${mostBytes} bytes`, `${found.size} bytes`);
    }
    return { handle, sizeBytes: found.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads a small file whole. @throws {DataFormatError} If it is no regular file or too large. @throws {Error} */
export async function readRegularFile(path: string, mostBytes: number): Promise<Buffer> {
  const { handle } = await openRegularFile(path, mostBytes);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** As `readRegularFile`, at once. */
export function readRegularFileSync(path: string, mostBytes: number): Buffer {
  const found = statSync(path);
  requireRegular(path, found);
  if (found.size > mostBytes) {
    throw new DataFormatError(path, 0, `a file of at most ${mostBytes} bytes`, `${found.size} bytes`);
  }
  return readFileSync(path);
}
