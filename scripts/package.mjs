// Makes installable packages of the app, as it is in this checkout, in dist/.
// Usage: npm run package [-- --folder] [--only deb|tar] [--level 0-9|none] [--out FOLDER]
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { ensureReady } from "./setup.mjs";
import { makeAppFolder } from "./package/app-folder.mjs";
import { debianArchitecture, makeDebianPackage } from "./package/debian-package.mjs";
import { licencesText } from "./package/licences.mjs";
import { PROGRAM, releaseFacts } from "./package/release-facts.mjs";
import { sbomText } from "./package/sbom.mjs";
import { writeShareFiles } from "./package/share-files.mjs";
import { shippedPackages } from "./package/shipped-packages.mjs";
import { stageApp } from "./package/stage-app.mjs";
import { packTar } from "./package/tar-archive.mjs";
import { programOnPath } from "./setup/display.mjs";
import { projectPaths } from "./setup/project-paths.mjs";
import { createReport } from "./setup/report.mjs";
import { runMain } from "./setup/run-main.mjs";
import { contentHash } from "./setup/stamp.mjs";

const USAGE = `Usage: npm run package [-- --folder] [--level 0-9|none] [--out FOLDER]
  --folder   only the app's folder, in seconds, without archives
  --only     deb or tar, instead of both
  --level    of xz, or none; 9 (the default) is slow and small
  --out      where to, instead of dist
`;

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      folder: { type: "boolean", default: false },
      only: { type: "string" },
      level: { type: "string", default: "9" },
      out: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help || !/^([0-9]|none)$/.test(values.level)) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const { projectDir } = projectPaths;
  const runtime = await ensureReady({ build: true });
  const report = createReport();
  const outDir = path.resolve(values.out ?? path.join(projectDir, "dist"));
  const facts = await releaseFacts();
  const shipped = shippedPackages(projectDir);
  const { platform, arch } = process;
  const stageDir = path.join(outDir, "stage");
  const ownAddon = runtime.nativeBinding !== null;
  stageApp({ projectDir, stageDir, loaded: shipped.loaded, platform, arch, ownAddon });
  const licences = licencesText(projectDir, shipped);
  const name = `${PROGRAM}-${facts.version}-${platform}-${arch}`;
  if (runtime.source === "cypress") {
    report.say(
      `Packed with Electron ${runtime.electronVersion}, which is out of support: good for a try, not for a release`,
    );
  }
  const appDir = path.join(outDir, name);
  await makeAppFolder({ projectDir, stageDir, appDir, licences, runtime });
  if (values.folder) {
    report.say(`The app is in ${appDir}`);
    return 0;
  }

  const { level } = values;
  const shareDir = path.join(outDir, "share");
  fs.rmSync(shareDir, { recursive: true, force: true });
  await writeShareFiles({ projectDir, shareDir, runtime, facts });
  const sbom = `${name}.cdx.json`;
  fs.writeFileSync(path.join(outDir, sbom), await sbomText({ shipped, runtime, facts }));
  const made = [sbom];
  const debWanted = values.only !== "tar";
  if (debWanted && programOnPath("dpkg-deb") === undefined) report.say("No dpkg-deb here: no .deb is made");
  else if (debWanted) {
    const deb = `${PROGRAM}_${facts.version}_${debianArchitecture(arch)}.deb`;
    report.say(`Packing ${deb}`);
    const treeDir = path.join(outDir, "deb");
    const file = path.join(outDir, deb);
    await makeDebianPackage({ projectDir, appDir, shareDir, treeDir, file, arch, level, facts });
    fs.rmSync(treeDir, { recursive: true, force: true });
    made.push(deb);
  }
  fs.renameSync(shareDir, path.join(appDir, "share"));
  if (values.only !== "deb") {
    const tar = `${name}.tar${level === "none" ? "" : ".xz"}`;
    report.say(`Packing ${tar}`);
    await packTar({ dir: appDir, archive: path.join(outDir, tar), epochS: facts.epochS, level });
    made.push(tar);
  }

  const lines = made.map((file) => `${contentHash(fs.readFileSync(path.join(outDir, file)))}  ${file}`);
  fs.writeFileSync(path.join(outDir, "SHA256SUMS"), `${lines.join("\n")}\n`);
  for (const file of made) {
    report.say(`${file}: ${(fs.statSync(path.join(outDir, file)).size / 1e6).toFixed(1)} MB`);
  }
  report.say(`In ${outDir}, with their sums in SHA256SUMS`);
  return 0;
});
