import fs from "node:fs";
import path from "node:path";
import { downloadVerified } from "./download.mjs";
import { npmCertificates } from "./npm-command.mjs";
import { renamePatiently } from "./patient-rename.mjs";
import { projectPaths } from "./project-paths.mjs";
import { extractZip } from "./zip-reader.mjs";

const RELEASES = "https://github.com/electron/electron/releases/download/";

/** Version of the `electron` package this project asks for. */
export function wantedElectronVersion() {
  const manifest = fs.readFileSync(path.join(projectPaths.modulesDir, "electron", "package.json"), "utf8");
  return /** @type {string} */ (JSON.parse(manifest).version);
}

/**
 * Where the binary sits inside an Electron distribution.
 *
 * @param {NodeJS.Platform} [platform]
 */
export function electronBinary(platform = process.platform) {
  if (platform === "darwin") return path.join("Electron.app", "Contents", "MacOS", "Electron");
  return platform === "win32" ? "electron.exe" : "electron";
}

/**
 * The Electron already on this machine: the folder ELECTRON_OVERRIDE_DIST_PATH names, or what the
 * `electron` package's own install script has put into node_modules.
 *
 * @returns {string | undefined} Path of the binary.
 */
export function installedElectron() {
  const override = process.env["ELECTRON_OVERRIDE_DIST_PATH"];
  if (override !== undefined && override !== "") {
    return path.join(override, electronBinary());
  }
  const packageDir = path.join(projectPaths.modulesDir, "electron");
  const binary = path.join(packageDir, "dist", electronBinary());
  try {
    // path.txt is the last thing the package's installer writes.
    fs.readFileSync(path.join(packageDir, "path.txt"));
    const version = fs
      .readFileSync(path.join(packageDir, "dist", "version"), "utf8")
      .trim()
      .replace(/^v/, "");
    return version === wantedElectronVersion() && fs.existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

/** Folder of the official runtime; it exists only when complete. */
export function officialElectronDir() {
  return path.join(projectPaths.runtimeDir, `electron-official-${wantedElectronVersion()}`);
}

/**
 * Fetches the official Electron release that the `electron` package names, checked against the sha256 the
 * package carries. Unlike the package's own install script it resumes, gives up early on a host that does
 * not answer, runs on Node 20 and keeps everything inside the project.
 *
 * @param {import("./report.mjs").Report} report
 */
export async function installOfficialElectron(report) {
  const version = wantedElectronVersion();
  const name = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  const checksumsFile = path.join(projectPaths.modulesDir, "electron", "checksums.json");
  const digest = JSON.parse(fs.readFileSync(checksumsFile, "utf8"))[name];
  if (digest === undefined)
    throw new Error(`${checksumsFile} lists no ${name}: no official build for this machine`);
  const mirror = process.env["ELECTRON_MIRROR"] ?? process.env["npm_config_electron_mirror"] ?? RELEASES;
  const zip = path.join(projectPaths.downloadsDir, name);
  const url = new URL(`v${version}/${name}`, mirror.endsWith("/") ? mirror : `${mirror}/`).href;
  report.say(`Fetching Electron ${version} from ${new URL(url).host}`);
  await downloadVerified({
    url,
    file: zip,
    algorithm: "sha256",
    digest,
    answerTimeoutMs: 10_000,
    ca: await npmCertificates(),
    onProgress: (done, total) => report.progress("fetching", done, total),
  });
  report.say("Unpacking it");
  const partial = `${officialElectronDir()}.partial`;
  fs.rmSync(partial, { recursive: true, force: true });
  await extractZip(zip, partial, { onProgress: (done, total) => report.progress("unpacking", done, total) });
  fs.rmSync(officialElectronDir(), { recursive: true, force: true });
  await renamePatiently(partial, officialElectronDir());
  fs.rmSync(zip, { force: true });
}
