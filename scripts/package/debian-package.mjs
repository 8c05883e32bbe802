import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { setModes } from "./app-folder.mjs";
import { debianArchitecture } from "./artifact-names.mjs";
import { PROGRAM } from "./release-facts.mjs";
import { filled, gzip, readTemplate } from "./share-files.mjs";
import { runTool } from "./tar-archive.mjs";
import { treeFiles } from "./tree-files.mjs";

const SCRIPTS = ["postinst", "prerm", "postrm"];

/**
 * Makes a .deb with dpkg-deb alone.
 *
 * @param {{
 *   projectDir: string, appDir: string, shareDir: string, treeDir: string, file: string, arch: string,
 *   level: string, facts: import("./release-facts.mjs").ReleaseFacts,
 * }} options `treeDir` is what is packed.
 */
export async function makeDebianPackage({ projectDir, appDir, shareDir, treeDir, file, arch, level, facts }) {
  const template = (/** @type {string} */ name) => filled(readTemplate(projectDir, name), { ...facts });
  const write = (/** @type {string} */ name, /** @type {string | Buffer} */ content) => {
    fs.mkdirSync(path.dirname(path.join(treeDir, name)), { recursive: true });
    fs.writeFileSync(path.join(treeDir, name), content);
  };
  fs.rmSync(treeDir, { recursive: true, force: true });
  const programDir = path.join(treeDir, "usr", "lib", PROGRAM);
  fs.mkdirSync(path.dirname(programDir), { recursive: true });
  // The package has the app's licence where Debian wants it.
  fs.cpSync(appDir, programDir, { recursive: true });
  fs.cpSync(shareDir, path.join(treeDir, "usr", "share"), { recursive: true });
  write(`etc/apparmor.d/${PROGRAM}`, template("apparmor"));
  write(`usr/share/doc/${PROGRAM}/copyright`, template("copyright"));
  write(`usr/share/doc/${PROGRAM}/changelog.gz`, gzip(debianChangelog(facts)));
  write(`usr/share/lintian/overrides/${PROGRAM}`, template("lintian-overrides"));
  setModes(treeDir);
  fs.mkdirSync(path.join(treeDir, "usr", "bin"));
  fs.chmodSync(path.join(treeDir, "usr", "bin"), 0o755);
  fs.symlinkSync(`../lib/${PROGRAM}/${PROGRAM}`, path.join(treeDir, "usr", "bin", PROGRAM));
  // Root's, and used where the system forbids namespaces to everybody else.
  fs.chmodSync(path.join(programDir, "chrome-sandbox"), 0o4755);

  const files = treeFiles(treeDir);
  const sizeKb = files.reduce(
    (sum, name) => sum + Math.ceil(fs.lstatSync(path.join(treeDir, name)).size / 1024),
    0,
  );
  const sums = files
    .filter((name) => !name.startsWith("etc/") && fs.lstatSync(path.join(treeDir, name)).isFile())
    .map((name) => `${md5(path.join(treeDir, name))}  ${name}\n`);
  const values = { ...facts, sizeKb, architecture: debianArchitecture(arch) };
  write("DEBIAN/control", filled(readTemplate(projectDir, "control"), values));
  write("DEBIAN/conffiles", `/etc/apparmor.d/${PROGRAM}\n`);
  write("DEBIAN/md5sums", sums.join(""));
  for (const name of SCRIPTS) write(`DEBIAN/${name}`, template(name));
  setModes(path.join(treeDir, "DEBIAN"));
  for (const name of SCRIPTS) fs.chmodSync(path.join(treeDir, "DEBIAN", name), 0o755);
  await runTool(
    "dpkg-deb",
    [
      "--root-owner-group",
      ...(level === "none" ? ["-Znone"] : ["-Zxz", `-z${level}`]),
      "--build",
      treeDir,
      file,
    ],
    {
      env: { ...process.env, SOURCE_DATE_EPOCH: String(facts.epochS) },
    },
  );
}

/** @param {import("./release-facts.mjs").ReleaseFacts} facts */
function debianChangelog({ version, maintainer, epochS }) {
  const date = new Date(epochS * 1000).toUTCString().replace("GMT", "+0000");
  return `${PROGRAM} (${version}) stable; urgency=medium\n\n  * Release ${version}: CHANGELOG.md of the sources says what changed.\n\n -- ${maintainer}  ${date}\n`;
}

/** As dpkg checks installed files. @param {string} file */
const md5 = (file) => createHash("md5").update(fs.readFileSync(file)).digest("hex");
