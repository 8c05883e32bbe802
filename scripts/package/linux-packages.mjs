import fs from "node:fs";
import path from "node:path";
import { programOnPath } from "../setup/display.mjs";
import { makeDebianPackage } from "./debian-package.mjs";
import { writeShareFiles } from "./share-files.mjs";
import { packTar } from "./tar-archive.mjs";

/**
 * Makes the .deb and the .tar.xz from the app's folder.
 *
 * @param {import("./app-contents.mjs").AppParts & {
 *   outDir: string, arch: string, level: string, only: string | undefined,
 *   names: ReturnType<typeof import("./artifact-names.mjs").artifactNames>,
 *   report: import("../setup/report.mjs").Report,
 * }} options
 * @returns {Promise<string[]>} Names of what was made.
 */
export async function makeLinuxPackages({ names, only, report, ...parts }) {
  const { projectDir, appDir, outDir, arch, level, runtime, facts } = parts;
  const made = [];
  const shareDir = path.join(outDir, "share");
  fs.rmSync(shareDir, { recursive: true, force: true });
  await writeShareFiles({ projectDir, shareDir, runtime, facts });
  const debWanted = only !== "tar";
  if (debWanted && programOnPath("dpkg-deb") === undefined) report.say("No dpkg-deb here: no .deb is made");
  else if (debWanted) {
    report.say(`Packing ${names.deb}`);
    const treeDir = path.join(outDir, "deb");
    const file = path.join(outDir, names.deb);
    await makeDebianPackage({ projectDir, appDir, shareDir, treeDir, file, arch, level, facts });
    fs.rmSync(treeDir, { recursive: true, force: true });
    made.push(names.deb);
  }
  fs.renameSync(shareDir, path.join(appDir, "share"));
  if (only !== "deb") {
    report.say(`Packing ${names.tar}`);
    await packTar({ dir: appDir, archive: path.join(outDir, names.tar), epochS: facts.epochS, level });
    made.push(names.tar);
  }
  return made;
}
