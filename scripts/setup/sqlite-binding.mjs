import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { projectPaths } from "./project-paths.mjs";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";
import { buildSqlite } from "./sqlite-build.mjs";
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
  if (napi < SHIMMED_NODE_API || process.platform !== "linux") {
    throw new SetupError(`SQLite cannot be prepared for a runtime with Node-API ${String(napi)}`, {
      tried: [`asking ${electronPath} for process.versions.napi`],
      answer: `Node-API ${String(napi)}; ${String(process.platform === "linux" ? SHIMMED_NODE_API : PREBUILT_NODE_API)} or newer is needed`,
      todo: "Building it for an older one is known on Linux alone (Electron 33 and 34); elsewhere Electron 35 or newer is needed.\nUnset ELECTRON_OVERRIDE_DIST_PATH or let it name a newer Electron. Then run the command again.",
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
  // Node takes a file for an addon by the end of its name.
  const part = nativeBinding.replace(/\.node$/, ".part.node");
  await buildSqlite({ source, shimFile, target: part }, report);
  const sqliteVersion = await verified(electronPath, part);
  fs.rmSync(builtFor, { force: true });
  fs.renameSync(part, nativeBinding);
  fs.writeFileSync(builtFor, fingerprint);
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
