import { stat } from "node:fs/promises";

/** The same for as long as nobody writes the file: which one it is, its size and its time. @throws {Error} If it is not there. */
export async function fileStamp(path: string): Promise<string> {
  const { dev, ino, size, mtimeMs } = await stat(path);
  return [dev, ino, size, mtimeMs].join(" ");
}
