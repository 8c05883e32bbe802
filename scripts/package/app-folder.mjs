import fs from "node:fs";
import path from "node:path";
import { fillResources } from "./app-contents.mjs";
import { setShippedFuses } from "./fuses.mjs";
import { PROGRAM } from "./release-facts.mjs";

/** Languages of Chromium's own words; the app speaks English. */
const LOCALE = "en-US.pak";

/**
 * Makes the folder of the app for Linux: the runtime under the app's name, the archive, and beside it what other
 * programs read.
 *
 * @param {import("./app-contents.mjs").AppParts} parts
 */
export async function makeAppFolder(parts) {
  const { appDir, runtime } = parts;
  const electronDir = path.dirname(runtime.electronPath);
  fs.rmSync(appDir, { recursive: true, force: true });
  fs.cpSync(electronDir, appDir, {
    recursive: true,
    filter: (file) => isNeeded(path.relative(electronDir, file).replaceAll("\\", "/")),
  });
  const binary = path.join(appDir, PROGRAM);
  fs.renameSync(path.join(appDir, path.basename(runtime.electronPath)), binary);
  await fillResources({ ...parts, resourcesDir: path.join(appDir, "resources"), electronDir });
  await setShippedFuses(binary);
  setModes(appDir);
}

/** Of the runtime on Linux and Windows; its licences go to the others. @param {string} inside With forward slashes. */
export function isNeeded(inside) {
  if (/^(LICENSE.*|default_app\.asar|resources\/default_app\.asar|version)$/.test(inside)) return false;
  return !inside.startsWith("locales/") || inside === `locales/${LOCALE}`;
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
