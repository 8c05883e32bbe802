import fs from "node:fs";
import { pipeline } from "node:stream";
import zlib from "node:zlib";

const BLOCK = 512;

/**
 * Takes one file out of a gzipped tar archive (an npm package) without unpacking the rest.
 *
 * @param {string} tarball
 * @param {(name: string) => boolean} wanted
 * @param {string} target Written whole or not at all: the content goes to `target.part` first.
 */
export async function extractTarEntry(tarball, wanted, target) {
  const part = `${target}.part`;
  const source = zlib.createGunzip();
  // What goes wrong with the file reaches the loop below, too.
  pipeline(fs.createReadStream(tarball), source, () => undefined);
  let pending = Buffer.alloc(0);
  let skip = 0;
  let left = -1;
  /** @type {fs.promises.FileHandle | undefined} */
  let output;
  try {
    for await (const chunk of source) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      while (pending.length > 0) {
        if (output !== undefined) {
          const piece = pending.subarray(0, left);
          await output.write(piece);
          left -= piece.length;
          pending = pending.subarray(piece.length);
          if (left > 0) continue;
          await output.close();
          output = undefined;
          await fs.promises.rename(part, target);
          return;
        }
        if (skip > 0) {
          const step = Math.min(skip, pending.length);
          skip -= step;
          pending = pending.subarray(step);
          continue;
        }
        if (pending.length < BLOCK) break;
        const header = pending.subarray(0, BLOCK);
        pending = pending.subarray(BLOCK);
        if (header.every((byte) => byte === 0)) continue;
        const { name, size } = parseHeader(header, tarball);
        if (wanted(name)) {
          output = await fs.promises.open(part, "w");
          left = size;
        } else {
          skip = Math.ceil(size / BLOCK) * BLOCK;
        }
      }
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (why.startsWith(tarball)) throw error;
    throw new Error(`${tarball}: could not be read (${why}); remove it and run the set-up again`, {
      cause: error,
    });
  } finally {
    source.destroy();
    if (output !== undefined) {
      await output.close();
      await fs.promises.rm(part, { force: true });
    }
  }
  throw new Error(`${tarball}: the wanted file is not in this archive, or the archive is cut short`);
}

/** @param {Buffer} header @param {string} tarball */
function parseHeader(header, tarball) {
  const name = text(header, 0, 100);
  const prefix = text(header, 345, 155);
  const size = parseInt(text(header, 124, 12).trim(), 8);
  if (text(header, 257, 5) !== "ustar" || !Number.isSafeInteger(size)) {
    throw new Error(`${tarball}: not a ustar archive, or damaged at entry "${name}"`);
  }
  return { name: prefix === "" ? name : `${prefix}/${name}`, size };
}

/** @param {Buffer} header @param {number} offset @param {number} length */
function text(header, offset, length) {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? length : end);
}
