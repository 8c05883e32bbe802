import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { aptInstall } from "./apt-install.mjs";
import { COMPILER_PACKAGES } from "./apt-packages.mjs";
import { programOnPath } from "./display.mjs";
import { bundledNodeGyp, npmSetting } from "./npm-command.mjs";
import { projectPaths } from "./project-paths.mjs";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";
import { contentHash } from "./stamp.mjs";

const PREBUILT_NODE_API = 10;
const SHIMMED_NODE_API = 9;
const shimFile = fileURLToPath(new URL("./napi9-shim.h", import.meta.url));
const verifyFile = fileURLToPath(new URL("./verify-sqlite.cjs", import.meta.url));

/**
 * Finds or builds the SQLite binding that fits the runtime, and tries it there. Loading one made for a
 * newer Node-API is a segmentation fault, so the version is asked first and nothing is loaded on a guess.
 *
 * @param {{ electronPath: string, napi: number }} runtime
 * @param {import("./report.mjs").Report} report
 * @returns {Promise<{ nativeBinding: string | null, sqliteVersion: string }>} null: the package's prebuilt binding.
 */
export async function prepareSqlite({ electronPath, napi }, report) {
  if (napi >= PREBUILT_NODE_API) {
    return { nativeBinding: null, sqliteVersion: await verified(electronPath, undefined) };
  }
  if (napi < SHIMMED_NODE_API) {
    throw new SetupError(`SQLite cannot be prepared for a runtime with Node-API ${String(napi)}`, {
      tried: [`asking ${electronPath} for process.versions.napi`],
      answer: `Node-API ${String(napi)}; ${String(SHIMMED_NODE_API)} or newer is needed (Electron 33 or newer)`,
      todo: "Unset ELECTRON_OVERRIDE_DIST_PATH or let it name a newer Electron. Then run the command again.",
    });
  }
  const nativeBinding = path.join(projectPaths.runtimeDir, "better_sqlite3-napi9.node");
  const source = path.join(projectPaths.modulesDir, "better-sqlite3");
  const fingerprint = contentHash(
    fs.readFileSync(shimFile) + fs.readFileSync(path.join(source, "package.json"), "utf8"),
  );
  const builtFor = `${nativeBinding}.source`;
  if (
    fs.existsSync(nativeBinding) &&
    fs.existsSync(builtFor) &&
    fs.readFileSync(builtFor, "utf8") === fingerprint
  ) {
    return { nativeBinding, sqliteVersion: await verified(electronPath, nativeBinding) };
  }
  report.say("Building SQLite for this runtime's Node-API 9 from better-sqlite3's source (a minute or two)");
  const built = await build(source, report);
  const sqliteVersion = await verified(electronPath, built);
  fs.rmSync(builtFor, { force: true });
  fs.renameSync(built, nativeBinding);
  fs.writeFileSync(builtFor, fingerprint);
  fs.rmSync(buildDir(), { recursive: true, force: true });
  return { nativeBinding, sqliteVersion };
}

/** @param {string} electronPath @param {string | undefined} binding */
async function verified(electronPath, binding) {
  const { code, stdout, answer } = await runCommand(
    electronPath,
    [verifyFile, ...(binding === undefined ? [] : [binding])],
    {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
      timeoutMs: 120_000,
    },
  );
  if (code === 0 && /^\d+\.\d+/.test(stdout)) return stdout;
  throw new SetupError("SQLite does not work in this Electron", {
    tried: [`${verifyFile} under ${electronPath} with ${binding ?? "better-sqlite3's prebuilt binding"}`],
    answer,
    todo: "Remove the folder .runtime and run the command again; if it fails again, report this output.",
  });
}

/** @param {string} source @param {import("./report.mjs").Report} report */
async function build(source, report) {
  if (["g++", "make", "python3"].some((name) => programOnPath(name) === undefined)) {
    await aptInstall({
      reason: "Building SQLite needs g++, make and Python",
      groups: COMPILER_PACKAGES,
      report,
    });
  }
  const dir = buildDir();
  fs.rmSync(dir, { recursive: true, force: true });
  for (const part of ["binding.gyp", "package.json", "deps", "src", "lib"]) {
    fs.cpSync(path.join(source, part), path.join(dir, part), { recursive: true });
  }
  const gypFile = path.join(dir, "binding.gyp");
  const gyp = fs.readFileSync(gypFile, "utf8");
  const lowered = gyp.replace("NAPI_VERSION=10", "NAPI_VERSION=9");
  if (lowered === gyp)
    throw new Error(
      `${gypFile}: expected NAPI_VERSION=10, found none; this better-sqlite3 is not the one the shim was written for`,
    );
  fs.writeFileSync(gypFile, lowered);

  const gypCommand = await nodeGyp();
  const headers = await nodeHeaders();
  const args = [
    "rebuild",
    "--release",
    "--force_build=1",
    `--devdir=${path.join(projectPaths.runtimeDir, "node-gyp")}`,
  ];
  if (headers !== undefined) args.push(`--nodedir=${headers}`);
  const { code, answer } = await runCommand(gypCommand.command, [...gypCommand.args, ...args], {
    cwd: dir,
    shell: gypCommand.shell,
    env: { ...process.env, CXXFLAGS: `${process.env["CXXFLAGS"] ?? ""} -include "${shimFile}"`.trim() },
  });
  const built = path.join(dir, "build", "Release", "better_sqlite3.node");
  if (code === 0 && fs.existsSync(built)) return built;
  throw new SetupError("SQLite could not be built", {
    tried: [`node-gyp ${args.join(" ")} in ${dir}`],
    answer,
    todo: "A C++20 compiler (g++ 10 or newer), make, python3 and Node's headers are needed (Debian: g++ make python3 libnode-dev).\nThen run the command again.",
  });
}

async function nodeGyp() {
  const bundled = await bundledNodeGyp();
  if (bundled !== undefined) return { command: process.execPath, args: [bundled], shell: false };
  return { command: "npx", args: ["--yes", "node-gyp@11"], shell: process.platform === "win32" };
}

/** Folder whose include/node holds Node's headers; undefined lets node-gyp fetch them. */
async function nodeHeaders() {
  const candidates = [await npmSetting("nodedir"), path.join(path.dirname(process.execPath), "..")];
  return candidates.find(
    (dir) => dir !== undefined && fs.existsSync(path.join(dir, "include", "node", "node_api.h")),
  );
}

function buildDir() {
  return path.join(projectPaths.runtimeDir, "sqlite-build");
}
