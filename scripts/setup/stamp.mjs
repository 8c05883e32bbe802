import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { projectPaths } from "./project-paths.mjs";

/**
 * Remembers which inputs a finished step was run for. The next set-up skips the step as long as the inputs
 * are the same.
 *
 * @param {string} name
 * @param {string} [dir]
 */
export function openStamp(name, dir = projectPaths.stampsDir) {
  const file = path.join(dir, name);
  return {
    /** @param {string} fingerprint */
    matches(fingerprint) {
      try {
        return fs.readFileSync(file, "utf8") === fingerprint;
      } catch {
        return false;
      }
    },
    /** @param {string} fingerprint */
    write(fingerprint) {
      fs.mkdirSync(dir, { recursive: true });
      // Renamed into place: a stamp cut short by a crash must not look like a finished step.
      const part = `${file}.${String(process.pid)}`;
      fs.writeFileSync(part, fingerprint);
      fs.renameSync(part, file);
    },
    clear() {
      fs.rmSync(file, { force: true });
    },
  };
}

/** @param {string | Buffer} content */
export function contentHash(content) {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * Fingerprint of files and whole folders by content; a missing one counts as such.
 *
 * @param {readonly string[]} roots
 */
export function fingerprintOf(roots) {
  const hash = createHash("sha256");
  for (const root of roots) {
    for (const file of filesUnder(root)) {
      hash.update(`${path.relative(projectPaths.projectDir, file)}\0`);
      hash.update(contentHash(fs.readFileSync(file)));
    }
    hash.update("\0");
  }
  return hash.digest("hex");
}

/**
 * Identity of a file without reading it: size and time of change.
 *
 * @param {string} file
 */
export function fileIdentity(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? "missing" : `${String(stat.size)}:${String(stat.mtimeMs)}`;
}

/** @param {string} root @returns {string[]} */
function filesUnder(root) {
  const stat = fs.statSync(root, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [root];
  return fs
    .readdirSync(root)
    .sort()
    .flatMap((name) => filesUnder(path.join(root, name)));
}
