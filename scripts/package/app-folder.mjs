import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { setShippedFuses } from "./fuses.mjs";
import { writeLicences } from "./licences.mjs";
import { PROGRAM } from "./release-facts.mjs";

/** Languages of Chromium's own words; the app speaks English. */
const LOCALE = "en-US.pak";
const MNIST_FILE = /^data\/mnist\/[^/]+-ubyte\.gz$/;

/**
 * Makes the folder of the app for Linux: the runtime under the app's name, the archive, and beside it what other
 * programs read.
 *
 * @param {{
 *   projectDir: string, stageDir: string, appDir: string, licences: string,
 *   runtime: import("../setup/runtime-record.mjs").RuntimeRecord,
 * }} options
 */
export async function makeAppFolder({ projectDir, stageDir, appDir, licences, runtime }) {
  const electronDir = path.dirname(runtime.electronPath);
  fs.rmSync(appDir, { recursive: true, force: true });
  fs.cpSync(electronDir, appDir, {
    recursive: true,
    filter: (file) => isNeeded(path.relative(electronDir, file)),
  });
  const binary = path.join(appDir, PROGRAM);
  fs.renameSync(path.join(appDir, path.basename(runtime.electronPath)), binary);
  const resourcesDir = path.join(appDir, "resources");
  fs.mkdirSync(resourcesDir, { recursive: true });
  await packArchive(stageDir, path.join(resourcesDir, "app.asar"));
  copyResources(path.join(projectDir, "resources"), resourcesDir);
  if (runtime.nativeBinding !== null) {
    fs.copyFileSync(runtime.nativeBinding, path.join(resourcesDir, "better_sqlite3.node"));
  }
  writeLicences({ projectDir, electronDir, targetDir: path.join(resourcesDir, "licences"), text: licences });
  await setShippedFuses(binary);
  setModes(appDir);
}

/** Of the runtime; its licences go to the others. @param {string} inside */
function isNeeded(inside) {
  if (/^(LICENSE.*|default_app\.asar|resources\/default_app\.asar|version)$/.test(inside)) return false;
  return !inside.startsWith(`locales${path.sep}`) || path.basename(inside) === LOCALE;
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

/** Readable for all, writable for nobody else; libraries need no run bit. @param {string} dir */
export function setModes(dir) {
  fs.chmodSync(dir, 0o755);
  for (const name of fs.readdirSync(dir, { recursive: true, encoding: "utf8" })) {
    const file = path.join(dir, name);
    const stat = fs.lstatSync(file);
    if (stat.isSymbolicLink()) continue;
    const runs = stat.isDirectory() || ((stat.mode & 0o100) !== 0 && !/\.(so(\.\d+)*|node)$/.test(name));
    fs.chmodSync(file, runs ? 0o755 : 0o644);
  }
}
