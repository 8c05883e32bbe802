import fs from "node:fs";
import path from "node:path";
import { PROGRAM } from "./release-facts.mjs";

/** Of what was built: maps, the benchmark's programs, notes of the build, fonts in formats that Chromium does not take. */
const NOT_SHIPPED = [
  /\.map$/,
  /^main\/(bench|make-store)\.js$/,
  /^packages(\/|$)/,
  /(^|\/)\.build-stamp$/,
  /KaTeX_.*\.(ttf|woff)$/,
];

/** Of packages: code, data that code reads, and licences. */
const WANTED = /\.(c?js|mjs|json|node|wasm)$|(^|\/)(licen[cs]e|notice|copying)[^/]*$/i;
const UNWANTED = [
  /(^|\/)(docs?|tests?|__tests__|examples?|bench(marks?)?|coverage|\.nyc_output|\.github)(\/|$)/i,
  /_test\.js$|_test_util|\.(test|spec)\.[cm]?js$|\.d\.[cm]?ts$/,
  // The addon's source, and other machines' addons.
  /^better-sqlite3\/(deps|src|binding\.gyp)(\/|$)/,
  // One file of each of TensorFlow.js's packages is loaded, and beside it the kernels.
  /^@tensorflow\/[^/]+\/(src|wasm-out|dist\/(?!tf-[a-z-]+\.node\.js$|[^/]+\.wasm$))./,
  // One form of a package that has several.
  /^katex\/(contrib|cli\.js$|dist\/(contrib|katex(\.min)?\.js$))/,
  /^pngjs\/browser\.js$/,
  // Loaded by the names in their "exports", which lead to lib.
  /^csv-(parse|stringify)\/dist\/(esm|iife|umd)(\/|$)/,
];

/**
 * Copies what the app is made of into a folder, from which its archive is packed.
 *
 * @param {{ projectDir: string, stageDir: string, loaded: readonly string[], platform: NodeJS.Platform, arch: string, ownAddon: boolean }} options
 *   `loaded`: packages, as places in the project. `ownAddon`: SQLite was built for this runtime, better-sqlite3's own file is of no use.
 */
export function stageApp({ projectDir, stageDir, loaded, platform, arch, ownAddon }) {
  fs.rmSync(stageDir, { recursive: true, force: true });
  copyFiltered(path.join(projectDir, "out"), path.join(stageDir, "out"), (file) =>
    NOT_SHIPPED.every((rule) => !rule.test(file)),
  );
  const manifest = JSON.parse(fs.readFileSync(path.join(projectDir, "package.json"), "utf8"));
  const { name, productName, version, description, license, type, main } = manifest;
  const desktopName = `${PROGRAM}.desktop`;
  fs.writeFileSync(
    path.join(stageDir, "package.json"),
    `${JSON.stringify({ name, productName, version, description, license, type, main, desktopName }, undefined, 2)}\n`,
  );
  const addon = ownAddon ? undefined : `better-sqlite3/prebuilds/${platform}-${arch}.node`;
  for (const place of loaded) copyPackage(path.join(projectDir, place), path.join(stageDir, place), addon);
}

/** @param {string} from @param {string} to @param {string | undefined} addon */
function copyPackage(from, to, addon) {
  const name = from.slice(from.lastIndexOf("node_modules/") + "node_modules/".length).replaceAll("\\", "/");
  copyFiltered(from, to, (inside) => {
    // A package inside a package has a place of its own in the lock file.
    if (/(^|\/)node_modules(\/|$)/.test(inside)) return false;
    const file = `${name}/${inside}`;
    if (file.startsWith("better-sqlite3/prebuilds/")) return file === addon;
    return WANTED.test(file) && UNWANTED.every((rule) => !rule.test(file));
  });
}

/**
 * @param {string} from
 * @param {string} to
 * @param {(inside: string) => boolean} wanted Asked of files, by their path with forward slashes.
 */
function copyFiltered(from, to, wanted) {
  for (const name of fs.readdirSync(from, { recursive: true, encoding: "utf8" }).sort()) {
    const source = path.join(from, name);
    if (!fs.statSync(source).isFile() || !wanted(name.replaceAll("\\", "/"))) continue;
    const target = path.join(to, name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.copyFileSync(source, target);
  }
}
