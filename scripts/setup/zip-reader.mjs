import fs from "node:fs";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const FILE_TYPE = 0o170000;
const SYMLINK = 0o120000;

/**
 * @typedef {object} ZipEntry
 * @property {string} name Path inside the archive, with forward slashes.
 * @property {"file" | "directory" | "symlink"} kind
 * @property {number} mode Permission bits; 0 when the archive does not say.
 * @property {number} method
 * @property {number} crc
 * @property {number} compressedSize
 * @property {number} size
 * @property {number} offset Of the local header.
 */

/**
 * Unpacks an archive into a folder, streaming entry by entry, with run bits and symbolic links, and checks
 * every entry's size and CRC.
 *
 * @param {string} archive
 * @param {string} targetDir
 * @param {{ rename?: (name: string) => string | undefined, onProgress?: (done: number, total: number) => void }} [options]
 *   `rename` gives an entry's path in the target, or undefined to leave it out.
 */
export async function extractZip(archive, targetDir, { rename = (name) => name, onProgress } = {}) {
  const handle = await fs.promises.open(archive, "r");
  try {
    const entries = await readDirectory(handle, archive);
    const root = path.resolve(targetDir);
    let done = 0;
    /** @type {{ entry: ZipEntry, target: string }[]} */
    const links = [];
    for (const entry of entries) {
      onProgress?.(done++, entries.length);
      const name = rename(entry.name);
      if (name === undefined) continue;
      const target = path.resolve(root, name);
      if (target !== root && !target.startsWith(root + path.sep)) {
        throw new Error(`${archive}: entry "${entry.name}" would be written outside ${root}; refused`);
      }
      // Links last: nothing is ever written through one.
      if (entry.kind === "symlink") links.push({ entry, target });
      else await extractEntry(handle, entry, target, archive);
    }
    await makeLinks(handle, links, root, archive);
  } finally {
    await handle.close();
  }
}

/**
 * The archive's table of contents.
 *
 * @param {string} archive
 * @returns {Promise<ZipEntry[]>}
 */
export async function listZip(archive) {
  const handle = await fs.promises.open(archive, "r");
  try {
    return await readDirectory(handle, archive);
  } finally {
    await handle.close();
  }
}

/** @param {fs.promises.FileHandle} handle @param {string} archive */
async function readDirectory(handle, archive) {
  const { size } = await handle.stat();
  const tail = await readBytes(
    handle,
    Math.max(0, size - END_SIZE - MAX_COMMENT),
    Math.min(size, END_SIZE + MAX_COMMENT),
  );
  let end = tail.length - END_SIZE;
  while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
  if (end < 0)
    throw new Error(
      `${archive}: not a zip archive, or cut short (${String(size)} bytes, no table of contents)`,
    );
  const count = tail.readUInt16LE(end + 10);
  const directorySize = tail.readUInt32LE(end + 12);
  const directoryOffset = tail.readUInt32LE(end + 16);
  if (count === 0xffff || directoryOffset === 0xffffffff) {
    throw new Error(`${archive}: zip64 archive; only archives under 4 GB and 65,535 entries can be read`);
  }
  if (directoryOffset + directorySize > size) {
    throw new Error(
      `${archive}: table of contents ends at byte ${String(directoryOffset + directorySize)} of ${String(size)}`,
    );
  }
  const directory = await readBytes(handle, directoryOffset, directorySize);
  /** @type {ZipEntry[]} */
  const entries = [];
  for (let at = 0, n = 0; n < count; n++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY_ENTRY) {
      throw new Error(
        `${archive}: entry ${String(n + 1)} of ${String(count)} in the table of contents is damaged`,
      );
    }
    const nameLength = directory.readUInt16LE(at + 28);
    const name = directory.toString("utf8", at + 46, at + 46 + nameLength);
    const unixMode = directory.readUInt32LE(at + 38) >>> 16;
    entries.push({
      name,
      kind: (unixMode & FILE_TYPE) === SYMLINK ? "symlink" : name.endsWith("/") ? "directory" : "file",
      mode: unixMode & 0o777,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * @param {fs.promises.FileHandle} handle
 * @param {ZipEntry} entry
 * @param {string} target
 * @param {string} archive
 */
async function extractEntry(handle, entry, target, archive) {
  if (entry.kind === "directory") {
    await fs.promises.mkdir(target, { recursive: true });
    return;
  }
  await fs.promises.mkdir(path.dirname(target), { recursive: true });
  const content = await openEntry(handle, entry, archive);
  await pipeline(content, fs.createWriteStream(target, { mode: entry.mode === 0 ? 0o644 : entry.mode }));
}

/**
 * Makes the links, each pointing inside the folder by itself and through the others.
 *
 * @param {fs.promises.FileHandle} handle
 * @param {{ entry: ZipEntry, target: string }[]} links
 * @param {string} root
 * @param {string} archive
 */
async function makeLinks(handle, links, root, archive) {
  const inside = (/** @type {string} */ place, /** @type {string} */ folder) =>
    place === folder || place.startsWith(folder + path.sep);
  const made = [];
  try {
    for (const { entry, target } of links) {
      const chunks = [];
      for await (const chunk of await openEntry(handle, entry, archive)) chunks.push(chunk);
      const link = Buffer.concat(chunks).toString("utf8");
      await fs.promises.mkdir(path.dirname(target), { recursive: true });
      const realRoot = await fs.promises.realpath(root);
      const folder = await fs.promises.realpath(path.dirname(target));
      const refuse = () =>
        new Error(`${archive}: link "${entry.name}" points outside the archive (${link}); refused`);
      if (!inside(folder, realRoot) || !path.resolve(folder, link).startsWith(realRoot + path.sep))
        throw refuse();
      await fs.promises.rm(target, { force: true });
      await fs.promises.symlink(link, target);
      made.push(target);
      // A chain of links may leave the folder though none of them does by itself.
      for (const each of made) {
        const real = await fs.promises.realpath(each).catch(() => realRoot);
        if (!inside(real, realRoot)) throw refuse();
      }
    }
  } catch (error) {
    for (const target of made) await fs.promises.rm(target, { force: true });
    throw error;
  }
}

/** @param {fs.promises.FileHandle} handle @param {ZipEntry} entry @param {string} archive */
async function openEntry(handle, entry, archive) {
  const header = await readBytes(handle, entry.offset, 30);
  if (header.readUInt32LE(0) !== LOCAL_HEADER)
    throw new Error(`${archive}: header of "${entry.name}" is damaged`);
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw new Error(
      `${archive}: "${entry.name}" uses compression method ${String(entry.method)}; only 0 and 8 can be read`,
    );
  }
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const checked = checkContent(entry, archive);
  if (entry.compressedSize === 0) {
    checked.end();
    return checked;
  }
  const raw = fs.createReadStream(archive, {
    start,
    end: start + entry.compressedSize - 1,
    highWaterMark: 1 << 18,
  });
  const source = entry.method === DEFLATED ? raw.pipe(zlib.createInflateRaw()) : raw;
  raw.on("error", (error) => checked.destroy(error));
  source.on("error", (/** @type {Error} */ error) =>
    checked.destroy(new Error(`${archive}: "${entry.name}": ${error.message}`)),
  );
  return source.pipe(checked);
}

/** @param {ZipEntry} entry @param {string} archive */
function checkContent(entry, archive) {
  let crc = 0;
  let size = 0;
  return new Transform({
    transform(chunk, _encoding, done) {
      crc = zlib.crc32(chunk, crc);
      size += chunk.length;
      done(null, chunk);
    },
    flush(done) {
      const whole = size === entry.size && crc === entry.crc;
      done(
        whole
          ? null
          : new Error(
              `${archive}: "${entry.name}": expected ${String(entry.size)} bytes with CRC ${String(entry.crc)}, got ${String(size)} with ${String(crc)}`,
            ),
      );
    },
  });
}

/** @param {fs.promises.FileHandle} handle @param {number} position @param {number} length */
async function readBytes(handle, position, length) {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  if (bytesRead < length)
    throw new Error(`expected ${String(length)} bytes at ${String(position)}, got ${String(bytesRead)}`);
  return bytes;
}
