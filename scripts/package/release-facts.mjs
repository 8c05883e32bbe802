import fs from "node:fs";
import path from "node:path";
import { projectPaths } from "../setup/project-paths.mjs";
import { runCommand } from "../setup/run-command.mjs";

/** The program, its folder, and the package of a distribution. */
export const PROGRAM = "backprop-lab";
export const APP_ID = "io.github.backprop_lab.BackpropLab";

/** Where neither the environment nor git says when the sources are from: 2026-01-01. */
const FALLBACK_EPOCH_S = 1_767_225_600;

/**
 * @typedef {object} ReleaseFacts
 * @property {string} version The one in package.json, which is the only place that says it.
 * @property {string} productName
 * @property {string} description
 * @property {number} epochS When the sources are from: every date in a package is this one, so that the same sources give the same bytes.
 * @property {string} date "2026-11-27".
 * @property {string} maintainer Who packages it, as Debian's DEBFULLNAME and DEBEMAIL say.
 */

/** @returns {Promise<ReleaseFacts>} */
export async function releaseFacts(projectDir = projectPaths.projectDir, env = process.env) {
  const manifest = JSON.parse(fs.readFileSync(path.join(projectDir, "package.json"), "utf8"));
  const epochS = await sourceEpoch(projectDir, env);
  return {
    version: manifest.version,
    productName: manifest.productName,
    description: manifest.description,
    epochS,
    date: new Date(epochS * 1000).toISOString().slice(0, 10),
    maintainer: `${env["DEBFULLNAME"] ?? "The Backprop Lab authors"} <${env["DEBEMAIL"] ?? "backprop-lab@example.org"}>`,
  };
}

/** @param {string} projectDir @param {NodeJS.ProcessEnv} env */
async function sourceEpoch(projectDir, env) {
  const given = Number(env["SOURCE_DATE_EPOCH"]);
  if (Number.isInteger(given) && given > 0) return given;
  const { code, stdout } = await runCommand("git", ["log", "-1", "--format=%ct"], { cwd: projectDir });
  const committed = Number(stdout.trim());
  return code === 0 && committed > 0 ? committed : FALLBACK_EPOCH_S;
}
