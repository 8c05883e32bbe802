import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { writeLicences } from "./licences.mjs";

const MNIST_FILE = /^data\/mnist\/[^/]+-ubyte$/;

/**
 * What every system's app needs.
 *
 * @typedef {{
 *   projectDir: string, stageDir: string, appDir: string, licences: string,
 *   runtime: import("../setup/runtime-record.mjs").RuntimeRecord,
 *   facts: import("./release-facts.mjs").ReleaseFacts,
 * }} AppParts
 */

/**
 * Fills a folder of resources: the archive, what other programs read beside it, licences.
 *
 * @param {AppParts & { resourcesDir: string, electronDir: string }} parts
 * @returns {Promise<string>} The archive's hash, as Electron asks for it.
 */
export async function fillResources({ projectDir, stageDir, resourcesDir, electronDir, licences, runtime }) {
  fs.mkdirSync(resourcesDir, { recursive: true });
  const archive = path.join(resourcesDir, "app.asar");
  await packArchive(stageDir, archive);
  copyResources(path.join(projectDir, "resources"), resourcesDir);
  if (runtime.nativeBinding !== null) {
    fs.copyFileSync(runtime.nativeBinding, path.join(resourcesDir, "better_sqlite3.node"));
  }
  writeLicences({ projectDir, electronDir, targetDir: path.join(resourcesDir, "licences"), text: licences });
  return asarHash(archive);
}

/** SHA-256 of the archive's list of files, which has a hash of each. @param {string} archive */
export function asarHash(archive) {
  const { getRawHeader } = createRequire(import.meta.url)("@electron/asar");
  return createHash("sha256").update(getRawHeader(archive).headerString).digest("hex");
}

/** In the order of their names, so that the same files give the same bytes. @param {string} stageDir @param {string} archive */
export async function packArchive(stageDir, archive) {
  const { createPackageFromFiles } = createRequire(import.meta.url)("@electron/asar");
  const names = fs.readdirSync(stageDir, { recursive: true, encoding: "utf8" }).sort();
  // A folder comes before what is in it.
  const files = names.map((name) => path.join(stageDir, name));
  await createPackageFromFiles(stageDir, archive, files, undefined, { unpack: "**/*.node" });
}

/** What the app reads while it runs, without the icon's source. @param {string} from @param {string} to */
export function copyResources(from, to) {
  for (const name of fs.readdirSync(from, { recursive: true, encoding: "utf8" }).sort()) {
    const inside = name.replaceAll("\\", "/");
    const source = path.join(from, name);
    if (!fs.statSync(source).isFile() || inside === "icon.svg") continue;
    if (inside.startsWith("data/") && !MNIST_FILE.test(inside)) continue;
    fs.mkdirSync(path.dirname(path.join(to, name)), { recursive: true });
    fs.copyFileSync(source, path.join(to, name));
  }
}
