import fs from "node:fs";
import path from "node:path";

/**
 * All files and links below a folder, sorted, with forward slashes. A link is one file, whatever it leads to: Node's
 * own `recursive` would go into it.
 *
 * @param {string} dir
 * @returns {string[]}
 */
export function treeFiles(dir) {
  const files = fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [entry.name];
    return treeFiles(path.join(dir, entry.name)).map((name) => `${entry.name}/${name}`);
  });
  return files.sort();
}

/**
 * Files with their run bits and links as they are: a framework's are relative.
 *
 * @param {string} from
 * @param {string} to
 * @param {(inside: string) => string | undefined} placeOf
 */
export function copyTree(from, to, placeOf) {
  for (const name of treeFiles(from)) {
    const place = placeOf(name);
    if (place === undefined) continue;
    const source = path.join(from, name);
    const target = path.join(to, place);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    if (fs.lstatSync(source).isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source), target);
    else fs.copyFileSync(source, target);
  }
}
