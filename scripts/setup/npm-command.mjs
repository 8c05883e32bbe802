import fs from "node:fs";
import path from "node:path";
import tls from "node:tls";
import { projectPaths } from "./project-paths.mjs";
import { runCommand } from "./run-command.mjs";

/**
 * How to call npm: the one that started us (`npm start` names it in npm_execpath), else the one on the path.
 *
 * @param {readonly string[]} args
 * @param {NodeJS.Platform} [platform]
 */
export function npmInvocation(args, platform = process.platform) {
  const cli = npmCliFile();
  if (cli !== undefined) return { command: process.execPath, args: [cli, ...args], shell: false };
  return shellInvocation("npm", args, platform);
}

/**
 * A program that is a .cmd file on Windows, which only a shell can run: what has blanks is quoted for it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.Platform} platform
 */
export function shellInvocation(command, args, platform) {
  if (platform !== "win32") return { command, args: [...args], shell: false };
  const quoted = args.map((arg) => (/^[\w./:=@\\-]+$/.test(arg) ? arg : `"${arg.replaceAll('"', '\\"')}"`));
  return { command, args: quoted, shell: true };
}

/** @param {readonly string[]} args */
export function runNpm(args) {
  const { command, args: all, shell } = npmInvocation(args);
  return runCommand(command, all, { cwd: projectPaths.projectDir, shell });
}

/**
 * A setting of npm's, with the person's own .npmrc and environment applied; undefined when unset.
 *
 * @param {string} name
 */
export async function npmSetting(name) {
  const { code, stdout } = await runNpm(["config", "get", name, "--loglevel=silent"]);
  const value = stdout.trim();
  return code !== 0 || value === "" || value === "undefined" || value === "null" ? undefined : value;
}

/**
 * The authorities to trust: Node's own plus those of npm's `cafile` (an inspecting proxy's); undefined
 * when npm names none.
 */
export async function npmCertificates() {
  const file = await npmSetting("cafile");
  if (file === undefined || !fs.existsSync(file)) return undefined;
  return [...tls.rootCertificates, fs.readFileSync(file, "utf8")];
}

/** The node-gyp that npm carries, or undefined when npm keeps it elsewhere. */
export async function bundledNodeGyp() {
  const { stdout } = await runNpm(["root", "--global", "--loglevel=silent"]);
  const candidates = [path.join(stdout.trim(), "npm", "node_modules", "node-gyp", "bin", "node-gyp.js")];
  const cli = npmCliFile();
  if (cli !== undefined) {
    candidates.unshift(path.join(path.dirname(cli), "..", "node_modules", "node-gyp", "bin", "node-gyp.js"));
  }
  return candidates.find((file) => fs.existsSync(file));
}

function npmCliFile() {
  const file = process.env["npm_execpath"];
  return file !== undefined && path.basename(file) === "npm-cli.js" && fs.existsSync(file) ? file : undefined;
}
