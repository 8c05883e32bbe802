import { closeSync, constants, createReadStream, openSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** Fails where nobody reads from a pipe, instead of waiting for ever. */
function requireReader(path: string): number {
  return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
}

/**
 * Lets `fill` write a temporary file and copies it into a pipe or a device, which cannot be replaced.
 *
 * @throws {Error} What the file system says: ENXIO where nobody reads from the pipe.
 */
export async function writeToStream<T>(path: string, fill: (file: string) => T | Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "backprop-lab-output-"));
  try {
    const file = join(folder, "output");
    const result = await fill(file);
    const probe = requireReader(path);
    try {
      // As the shell's >>: what the other end of a redirection has written stays.
      const handle = await open(path, constants.O_WRONLY | constants.O_APPEND);
      await pipeline(createReadStream(file), handle.createWriteStream());
    } finally {
      closeSync(probe);
    }
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
