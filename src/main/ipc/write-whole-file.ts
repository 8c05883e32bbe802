import { rename, rm, writeFile } from "node:fs/promises";

/** Writes beside the target and renames: a full disk leaves an older file as it was, and no half of a new one. */
export async function writeWholeFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`"${path}" was not saved: ${reason}. Choose another place or free some space.`, {
      cause: error,
    });
  }
}
