import fs from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { treeFiles } from "./tree-files.mjs";

const RUNS = 0o100755;
const PLAIN = 0o100644;
const LINK = 0o120755;

/**
 * Packs a folder as .zip: names in order, one time, links as links, so that the same files give the same bytes.
 *
 * @param {{ dir: string, archive: string, epochS: number, level?: number }} options
 */
export async function packZip({ dir, archive, epochS, level = 9 }) {
  const zip = new ZipFile();
  const written = pipeline(zip.outputStream, fs.createWriteStream(archive));
  const base = path.basename(dir);
  // A zip says a local time without a zone: everywhere that of UTC.
  const utc = new Date(epochS * 1000);
  const mtime = new Date(utc.getTime() + utc.getTimezoneOffset() * 60_000);
  const common = { mtime, forceDosTimestamp: true };
  for (const name of treeFiles(dir)) {
    const file = path.join(dir, name);
    const inside = `${base}/${name}`;
    const stat = fs.lstatSync(file);
    if (stat.isSymbolicLink()) {
      zip.addBuffer(Buffer.from(fs.readlinkSync(file)), inside, { ...common, mode: LINK, compress: false });
    } else {
      const mode = (stat.mode & 0o100) === 0 ? PLAIN : RUNS;
      zip.addFile(file, inside, { ...common, mode, compressionLevel: level });
    }
  }
  zip.end();
  await written;
}
