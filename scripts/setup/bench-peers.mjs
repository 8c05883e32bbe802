import fs from "node:fs";
import path from "node:path";
import { runNpm } from "./npm-command.mjs";
import { projectPaths } from "./project-paths.mjs";
import { contentHash, openStamp } from "./stamp.mjs";

const FLAGS = ["--prefer-offline", "--ignore-scripts", "--loglevel=error", "--no-fund", "--no-audit"];

/**
 * Installs the libraries that the benchmark compares with, apart from the app's own packages. Where that fails the
 * benchmark itself says of each which one it could not measure, and why.
 *
 * @param {import("./report.mjs").Report} report
 */
export async function ensureBenchPeers(report) {
  const manifest = fs.readFileSync(
    path.join(projectPaths.projectDir, "bench", "peers", "package.json"),
    "utf8",
  );
  const folder = path.join(projectPaths.runtimeDir, "bench-peers");
  const stamp = openStamp("bench-peers");
  const fingerprint = contentHash(manifest);
  if (fs.existsSync(path.join(folder, "node_modules")) && stamp.matches(fingerprint)) return;
  stamp.clear();
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "package.json"), manifest);
  report.say("Installing the libraries to compare with (npm install in .runtime/bench-peers)");
  const { code, answer } = await runNpm(["install", "--prefix", folder, ...FLAGS]);
  if (code === 0) stamp.write(fingerprint);
  else report.say(`They could not be installed; measuring without them.\n${answer}`);
}
