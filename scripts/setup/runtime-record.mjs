import fs from "node:fs";
import path from "node:path";
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
  writeRuntimeRecord(record);
  return record;
}

/**
 * Paths inside the project are written relative to it, so that a project folder that was moved or copied finds its
 * own runtime and never the old place's.
 *
 * @param {RuntimeRecord} record
 * @param {string} [projectDir]
 */
export function writeRuntimeRecord(record, projectDir = projectPaths.projectDir) {
  const file = runtimeFileOf(projectDir);
  const portable = {
    ...record,
    electronPath: insideProject(record.electronPath, projectDir),
    nativeBinding: record.nativeBinding === null ? null : insideProject(record.nativeBinding, projectDir),
  };
  const part = `${file}.part`;
  fs.writeFileSync(part, `${JSON.stringify(portable, undefined, 2)}\n`);
  fs.renameSync(part, file);
}

/**
 * @param {string} [projectDir]
 * @returns {RuntimeRecord | undefined} Undefined when there is none, or when it names another folder's files.
 */
export function readRuntimeRecord(projectDir = projectPaths.projectDir) {
  try {
    const record = JSON.parse(fs.readFileSync(runtimeFileOf(projectDir), "utf8"));
    // Only a runtime that its user named (ELECTRON_OVERRIDE_DIST_PATH) may lie elsewhere.
    const foreign = [record.source === "installed" ? null : record.electronPath, record.nativeBinding].some(
      (recorded) => recorded !== null && path.isAbsolute(recorded),
    );
    if (foreign) return undefined;
    return {
      ...record,
      electronPath: path.resolve(projectDir, record.electronPath),
      nativeBinding: record.nativeBinding === null ? null : path.resolve(projectDir, record.nativeBinding),
    };
  } catch {
    return undefined;
  }
}

/** @param {string} projectDir */
function runtimeFileOf(projectDir) {
  return path.join(projectDir, path.relative(projectPaths.projectDir, projectPaths.runtimeFile));
}

/**
 * @param {string} file
 * @param {string} projectDir
 * @returns {string} Relative to the project when the file lies in it.
 */
function insideProject(file, projectDir) {
  const relative = path.relative(projectDir, file);
  return relative.startsWith("..") || path.isAbsolute(relative) ? file : relative;
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
