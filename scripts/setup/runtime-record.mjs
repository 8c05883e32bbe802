import fs from "node:fs";
import { projectPaths } from "./project-paths.mjs";
import { prepareSqlite } from "./sqlite-binding.mjs";
import { findElectron, probeElectron } from "./electron-runtime.mjs";
import { installedElectron, wantedElectronVersion } from "./official-electron.mjs";
import { contentHash, fileIdentity } from "./stamp.mjs";
import { ensureSystemLibraries } from "./system-libraries.mjs";

/**
 * @typedef {object} RuntimeRecord
 * @property {string} electronPath
 * @property {"installed" | "official" | "cypress"} source
 * @property {string} electronVersion
 * @property {string} chromeVersion
 * @property {string} nodeVersion
 * @property {number} napi
 * @property {string | null} nativeBinding Of better-sqlite3; null for the package's prebuilt one.
 * @property {string} sqliteVersion
 * @property {string} validFor Fingerprint of everything the record depends on.
 */

/**
 * Makes Electron, the system libraries and SQLite ready, and records the result in `.runtime/runtime.json`.
 *
 * @param {import("./report.mjs").Report} report
 * @returns {Promise<RuntimeRecord>}
 */
export async function ensureRuntime(report) {
  const known = readRuntimeRecord();
  if (known !== undefined && known.validFor === validity(known.electronPath, known.nativeBinding)) {
    await report.timed("system libraries", () => ensureSystemLibraries(known.electronPath, report));
    return known;
  }
  const { electronPath, source } = await report.timed("electron", () => findElectron(report));
  await report.timed("system libraries", () => ensureSystemLibraries(electronPath, report));
  const versions = await report.timed("electron probe", () => probeElectron(electronPath));
  report.say(
    `Electron ${versions.electronVersion} (${SOURCE_TEXT[source]}), Node-API ${String(versions.napi)}`,
  );
  const sqlite = await report.timed("sqlite", () =>
    prepareSqlite({ electronPath, napi: versions.napi }, report),
  );
  report.say(
    `SQLite ${sqlite.sqliteVersion} (${sqlite.nativeBinding === null ? "better-sqlite3's prebuilt binding" : "built for this runtime"})`,
  );
  /** @type {RuntimeRecord} */
  const record = {
    electronPath,
    source,
    ...versions,
    ...sqlite,
    validFor: validity(electronPath, sqlite.nativeBinding),
  };
  const part = `${projectPaths.runtimeFile}.part`;
  fs.writeFileSync(part, `${JSON.stringify(record, undefined, 2)}\n`);
  fs.renameSync(part, projectPaths.runtimeFile);
  return record;
}

/** @returns {RuntimeRecord | undefined} */
export function readRuntimeRecord() {
  try {
    return JSON.parse(fs.readFileSync(projectPaths.runtimeFile, "utf8"));
  } catch {
    return undefined;
  }
}

const SOURCE_TEXT = {
  installed: "already installed",
  official: "official release",
  cypress: "from an npm package, because the official host did not answer; out of support",
};

/** @param {string} electronPath @param {string | null} nativeBinding */
function validity(electronPath, nativeBinding) {
  const sqlitePackage = new URL("../../node_modules/better-sqlite3/package.json", import.meta.url);
  return JSON.stringify({
    wanted: wantedElectronVersion(),
    installed: installedElectron() ?? null,
    electron: fileIdentity(electronPath),
    binding: nativeBinding === null ? null : fileIdentity(nativeBinding),
    shim: contentHash(fs.readFileSync(new URL("./napi9-shim.h", import.meta.url))),
    sqlite: contentHash(fs.readFileSync(sqlitePackage)),
  });
}
