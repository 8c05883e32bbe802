import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { aptInstall } from "./apt-install.mjs";
import { COMPILER_PACKAGES } from "./apt-packages.mjs";
import { compilerComplaints } from "./compiler-complaints.mjs";
import { programOnPath } from "./display.mjs";
import { bundledNodeGyp, npmSetting, shellInvocation } from "./npm-command.mjs";
import { projectPaths } from "./project-paths.mjs";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/** Of a folder in which make and the compiler find their way: node-gyp quotes nothing. */
const PLAIN_PATH = /^[\w./+@:\\-]+$/;

/**
 * Compiles better-sqlite3's addon for Node-API 9.
 *
 * @param {{ source: string, shimFile: string, target: string }} build `source` is the package's folder.
 * @param {import("./report.mjs").Report} report
 */
export async function buildSqlite({ source, shimFile, target }, report) {
  if (["g++", "make", "python3"].some((name) => programOnPath(name) === undefined)) {
    await aptInstall({
      reason: "Building SQLite needs g++, make and Python",
      groups: COMPILER_PACKAGES,
      report,
    });
  }
  const dir = makeBuildDir();
  try {
    copySources(source, dir);
    fs.copyFileSync(shimFile, path.join(dir, "napi9-shim.h"));
    const args = [
      "rebuild",
      "--release",
      "--force_build=1",
      // SQLite and the addon beside each other: half a minute for whoever waits for the first start.
      "--jobs=max",
      `--devdir=${path.join(dir, "node-gyp")}`,
      `--nodedir=${await headersIn(dir)}`,
    ];
    const gyp = await nodeGyp(args);
    const { code, stdout, stderr, answer } = await runCommand(gyp.command, gyp.args, {
      cwd: dir,
      shell: gyp.shell,
      env: {
        ...process.env,
        // The build's own scripts ask for "node"; under `npm run --silent` node-gyp would say nothing.
        PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env["PATH"] ?? ""}`,
        npm_config_loglevel: "notice",
        CXXFLAGS: `${process.env["CXXFLAGS"] ?? ""} -include ${path.join(dir, "napi9-shim.h")}`.trim(),
      },
    });
    const built = path.join(dir, "build", "Release", "better_sqlite3.node");
    if (code === 0 && fs.existsSync(built)) {
      fs.copyFileSync(built, target);
      return;
    }
    throw new SetupError("SQLite could not be built", {
      tried: [`node-gyp ${args.join(" ")} in ${dir}`],
      answer: compilerComplaints(`${stdout}\n${stderr}`) || answer,
      todo: "A C++20 compiler (g++ 10 or newer), make and python3 are needed (Debian: g++ make python3).\nThen run the command again.",
    });
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * An empty folder whose whole path is plain: in the project, or where the project's own path has blanks, brackets or
 * quotes, in a folder for temporary files.
 *
 * @param {readonly string[]} [candidates]
 */
export function makeBuildDir(candidates = [projectPaths.runtimeDir, os.tmpdir(), "/tmp", "/var/tmp"]) {
  const parent = candidates.find((dir) => PLAIN_PATH.test(dir) && mayBeWritten(dir));
  if (parent === undefined) {
    throw new SetupError("SQLite cannot be built: there is no folder whose path make can take", {
      tried: [...candidates],
      answer: "each has blanks or other signs in its path, or cannot be written",
      todo: "Set TMPDIR to a folder of letters and digits alone, and run the command again.",
    });
  }
  return fs.mkdtempSync(path.join(parent, "sqlite-build-"));
}

/** @param {string} dir */
function mayBeWritten(dir) {
  try {
    fs.accessSync(dir, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} source @param {string} dir */
function copySources(source, dir) {
  for (const part of ["binding.gyp", "package.json", "deps", "src", "lib"]) {
    fs.cpSync(path.join(source, part), path.join(dir, part), { recursive: true });
  }
  const headers = "node-addon-api";
  fs.cpSync(path.join(projectPaths.modulesDir, headers), path.join(dir, "node_modules", headers), {
    recursive: true,
  });
  const gypFile = path.join(dir, "binding.gyp");
  const gyp = fs.readFileSync(gypFile, "utf8");
  const lowered = gyp.replace("NAPI_VERSION=10", "NAPI_VERSION=9");
  if (lowered === gyp)
    throw new Error(
      `${gypFile}: expected NAPI_VERSION=10, found none; this better-sqlite3 is not the one the shim was written for`,
    );
  fs.writeFileSync(gypFile, lowered);
}

/** @param {string} dir */
async function headersIn(dir) {
  const given = await npmSetting("nodedir");
  return given !== undefined && PLAIN_PATH.test(given) ? given : putHeaders(dir);
}

/**
 * Puts Node-API's headers where node-gyp looks for Node's: they are the same for every Node, and this one may have
 * none beside it (a package of a distribution, a version manager, the npm package `node`).
 *
 * @param {string} dir
 * @returns {string} What node-gyp is given as `nodedir`.
 */
export function putHeaders(dir) {
  const nodeDir = path.join(dir, "headers");
  const include = path.join(nodeDir, "include", "node");
  fs.cpSync(path.join(projectPaths.modulesDir, "node-api-headers", "include"), include, { recursive: true });
  fs.copyFileSync(new URL("./node-api.gypi", import.meta.url), path.join(include, "common.gypi"));
  return nodeDir;
}

/** @param {readonly string[]} args */
async function nodeGyp(args) {
  const bundled = await bundledNodeGyp();
  if (bundled !== undefined) return { command: process.execPath, args: [bundled, ...args], shell: false };
  return shellInvocation("npx", ["--yes", "node-gyp@11", ...args], process.platform);
}
