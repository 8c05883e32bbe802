import fs from "node:fs";
import path from "node:path";

const LICENCE_FILE = /^(licen[cs]e|notice|copying)/i;

/**
 * The licences of all packages in the app as one text: name, version, what the package says, and its own text.
 *
 * @param {string} projectDir
 * @param {{ loaded: readonly string[], bundled: readonly string[], locked: import("./shipped-packages.mjs").LockedPackages }} shipped
 */
export function licencesText(projectDir, { loaded, bundled, locked }) {
  const places = [...new Set([...loaded, ...bundled])].sort();
  const parts = places.map((place) => {
    const folder = path.join(projectDir, place);
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    const license = locked[place]?.license ?? manifest.license ?? "see below";
    const texts = fs
      .readdirSync(folder)
      .filter((name) => LICENCE_FILE.test(name) && fs.statSync(path.join(folder, name)).isFile())
      .sort()
      .map((name) => fs.readFileSync(path.join(folder, name), "utf8").replaceAll("\r\n", "\n").trim());
    const own = texts.length === 0 ? `The package brings no text; it names ${license}.` : texts.join("\n\n");
    return `${manifest.name} ${manifest.version} (${license})\n\n${own}`;
  });
  const head = `Backprop Lab contains the following ${places.length} packages of the npm registry. Electron and Chromium have files of their own beside this one.`;
  return `${[head, ...parts].join(`\n\n${"=".repeat(80)}\n\n`)}\n`;
}

/**
 * Fills the folder that the app's menu opens.
 *
 * @param {{ projectDir: string, electronDir: string, targetDir: string, text: string }} options
 */
export function writeLicences({ projectDir, electronDir, targetDir, text }) {
  fs.mkdirSync(targetDir, { recursive: true });
  fs.copyFileSync(path.join(projectDir, "LICENSE"), path.join(targetDir, "backprop-lab.txt"));
  fs.writeFileSync(path.join(targetDir, "packages.txt"), text);
  for (const [from, to] of [
    ["LICENSE", "electron.txt"],
    ["LICENSE.electron.txt", "electron.txt"],
    ["LICENSES.chromium.html", "chromium.html"],
  ]) {
    const file = path.join(electronDir, from);
    if (fs.existsSync(file)) fs.copyFileSync(file, path.join(targetDir, to));
  }
}
