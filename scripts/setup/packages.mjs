import fs from "node:fs";
import path from "node:path";
import { runNpm } from "./npm-command.mjs";
import { projectPaths } from "./project-paths.mjs";
import { SetupError } from "./setup-error.mjs";
import { contentHash, fileIdentity, openStamp } from "./stamp.mjs";

const FLAGS = [
  "--prefer-offline",
  "--ignore-scripts",
  "--include=dev",
  "--loglevel=error",
  "--no-fund",
  "--no-audit",
];

/**
 * Installs exactly what package-lock.json names, unless it is installed already. No package runs a script:
 * what needs fetching or compiling is the set-up's own business.
 *
 * @param {import("./report.mjs").Report} report
 */
export async function ensurePackages(report) {
  const stamp = openStamp("packages");
  const lockText = fs.readFileSync(path.join(projectPaths.projectDir, "package-lock.json"), "utf8");
  const installedFile = path.join(projectPaths.modulesDir, ".package-lock.json");
  const state = () => `${contentHash(lockText)} ${fileIdentity(installedFile)}`;
  if (fs.existsSync(installedFile) && stamp.matches(state())) return;
  if (isInstalled(lockText, installedFile)) {
    stamp.write(state());
    return;
  }
  const args = installCommand(JSON.parse(lockText).packages);
  report.say(`Installing packages (npm ${args[0]})`);
  // What an interrupted installation left is not to be built upon.
  if (!fs.existsSync(installedFile)) fs.rmSync(projectPaths.modulesDir, { recursive: true, force: true });
  const { code, stderr, answer } = await runNpm(args);
  if (code !== 0) {
    // npm says what is wrong first and how it is used last.
    const reason = stderr
      .split("\n")
      .filter((line) => line.startsWith("npm error"))
      .slice(0, 12)
      .join("\n");
    throw new SetupError("The packages could not be installed", {
      tried: [`npm ${args.join(" ")}`],
      answer: reason === "" ? answer : reason,
      todo: "Check the network and npm's registry setting (npm config get registry), then run the command again.",
    });
  }
  stamp.write(state());
}

/**
 * Whether node_modules already holds what the lock file names, for instance because a developer ran
 * `npm install`. npm lists what it installed in a hidden lock file, written last, so an interrupted
 * installation has none.
 *
 * @param {string} lockText
 * @param {string} installedFile
 */
function isInstalled(lockText, installedFile) {
  if (!fs.existsSync(installedFile)) return false;
  const { packages: installed } = JSON.parse(fs.readFileSync(installedFile, "utf8"));
  const { packages: locked } = JSON.parse(lockText);
  return (
    samePackages(locked, installed) &&
    Object.keys(installed).every((place) =>
      fs.existsSync(path.join(projectPaths.projectDir, place, "package.json")),
    )
  );
}

/**
 * `npm ci` refuses a lock file that leaves out another platform's optional binaries, which is what npm
 * writes behind a registry that does not have them. `npm install --no-save` keeps to every version and
 * hash that is there, adds this platform's own, and changes neither file.
 *
 * @param {Packages} locked
 */
export function installCommand(locked) {
  const names = new Set(
    Object.keys(locked).map((place) => place.slice(place.lastIndexOf("node_modules/") + 13)),
  );
  const complete = Object.values(locked).every(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies).every((name) => names.has(name)),
  );
  return complete ? ["ci", ...FLAGS] : ["install", "--no-save", ...FLAGS];
}

/**
 * @typedef {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, optionalDependencies?: Record<string, string> }>} Packages
 */

/**
 * Compares a lock file's packages with the installed ones; optional packages of other platforms may be
 * absent, everything else must be there in the same version, and nothing besides.
 *
 * @param {Packages} locked
 * @param {Packages} installed
 */
export function samePackages(locked, installed) {
  for (const [place, { version, optional, devOptional }] of Object.entries(locked)) {
    if (place === "") continue;
    const present = installed[place];
    if (present === undefined ? optional !== true && devOptional !== true : present.version !== version)
      return false;
  }
  return Object.entries(installed).every(
    ([place, { optional }]) => locked[place] !== undefined || optional === true,
  );
}
