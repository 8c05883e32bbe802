import fs from "node:fs";
import path from "node:path";
import { runNpm } from "./npm-command.mjs";
import { projectPaths } from "./project-paths.mjs";
import { contentHash, openStamp } from "./stamp.mjs";

const FLAGS = ["--prefer-offline", "--ignore-scripts", "--loglevel=error", "--no-fund", "--no-audit"];

/** What the benchmark compares with, and what the tests read the lab's files with. */
const PEERS = {
  bench: { what: "the libraries to compare with", without: "measuring without them" },
  test: { what: "the libraries that tests read the lab's files with", without: "those tests are skipped" },
};

/**
 * Installs libraries of other people, apart from the app's own packages: the app needs none of them. Where that fails
 * it is said, and what needs them says it too.
 *
 * @param {keyof typeof PEERS} name
 * @param {import("./report.mjs").Report} report
 */
export async function ensurePeers(name, report) {
  const { what, without } = PEERS[name];
  const manifest = fs.readFileSync(path.join(projectPaths.projectDir, name, "peers", "package.json"), "utf8");
  const folder = path.join(projectPaths.runtimeDir, `${name}-peers`);
  const stamp = openStamp(`${name}-peers`);
  const fingerprint = contentHash(manifest);
  if (fs.existsSync(path.join(folder, "node_modules")) && stamp.matches(fingerprint)) return;
  stamp.clear();
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "package.json"), manifest);
  report.say(`Installing ${what} (npm install in .runtime/${name}-peers)`);
  const { code, answer } = await runNpm(["install", "--prefix", folder, ...FLAGS]);
  if (code === 0) stamp.write(fingerprint);
  else report.say(`They could not be installed; ${without}.\n${answer}`);
}
