import { open, type FileHandle } from "node:fs/promises";
import { DataFormatError } from "../../core/errors.ts";

/**
 * Opens a file for reading and gives its size. Folders, devices and pipes are refused before anything is read: a
 * device has no end.
 *
 * @throws {DataFormatError} If it is not a regular file. @throws {Error} If it cannot be opened, as the system says.
 */
export async function openRegularFile(path: string): Promise<{ handle: FileHandle; sizeBytes: number }> {
  const handle = await open(path, "r");
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) {
      throw new DataFormatError(path, 0, "a file", stat.isDirectory() ? "a folder" : "a device or pipe");
    }
    return { handle, sizeBytes: stat.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
