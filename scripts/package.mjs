// Makes installable packages of the app, as it is in this checkout, in dist/.
// Linux: .deb and .tar.xz; macOS and Windows: .zip.
// Usage: npm run package [-- --folder] [--only deb|tar] [--level 0-9|none] [--out FOLDER]
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { ensureReady } from "./setup.mjs";
import { artifactNames } from "./package/artifact-names.mjs";
import { licencesText } from "./package/licences.mjs";
import { makeLinuxPackages } from "./package/linux-packages.mjs";
import { makeApp } from "./package/make-app.mjs";
import { releaseFacts } from "./package/release-facts.mjs";
import { sbomText } from "./package/sbom.mjs";
import { shippedPackages } from "./package/shipped-packages.mjs";
import { stageApp } from "./package/stage-app.mjs";
import { packZip } from "./package/zip-archive.mjs";
import { projectPaths } from "./setup/project-paths.mjs";
import { createReport } from "./setup/report.mjs";
import { runMain } from "./setup/run-main.mjs";
import { contentHash } from "./setup/stamp.mjs";

const USAGE = `Usage: npm run package [-- --folder] [--level 0-9|none] [--out FOLDER]
  --folder   only the app's folder, in seconds, without archives
  --only     on Linux: deb or tar, instead of both
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
  const { level, only } = values;
  const names = artifactNames({ version: facts.version, platform, arch, level });
  if (runtime.source === "cypress") {
    report.say(
      `Packed with Electron ${runtime.electronVersion}, which is out of support: good for a try, not for a release`,
    );
  }
  const appDir = path.join(outDir, names.folder);
  const parts = { projectDir, stageDir, appDir, licences, runtime, facts };
  const said = await makeApp(parts, platform);
  if (said !== null) report.say(said);
  if (values.folder) {
    report.say(`The app is in ${appDir}`);
    return 0;
  }

  fs.writeFileSync(path.join(outDir, names.sbom), await sbomText({ shipped, runtime, facts }));
  const made = [names.sbom];
  if (platform === "linux") {
    made.push(...(await makeLinuxPackages({ ...parts, outDir, arch, level, only, names, report })));
  } else {
    report.say(`Packing ${names.zip}`);
    await packZip({ dir: appDir, archive: path.join(outDir, names.zip), epochS: facts.epochS });
    made.push(names.zip);
  }

  const lines = made.map((file) => `${contentHash(fs.readFileSync(path.join(outDir, file)))}  ${file}`);
  fs.writeFileSync(path.join(outDir, "SHA256SUMS"), `${lines.join("\n")}\n`);
  for (const file of made) {
    report.say(`${file}: ${(fs.statSync(path.join(outDir, file)).size / 1e6).toFixed(1)} MB`);
  }
  report.say(`In ${outDir}, with their sums in SHA256SUMS`);
  return 0;
});
