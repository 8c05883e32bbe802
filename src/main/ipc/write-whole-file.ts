import { replaceFile } from "../data/replace-file.ts";
import { messageOf } from "../../core/thrown.ts";

/** Writes beside the target and renames: a full disk leaves an older file as it was, and no half of a new one. */
export async function writeWholeFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await replaceFile(path, (handle) => handle.writeFile(content));
  } catch (error) {
    const reason = messageOf(error);
    throw new Error(`"${path}" was not saved: ${reason}. Choose another place or free some space.`, {
      cause: error,
    });
  }
}
