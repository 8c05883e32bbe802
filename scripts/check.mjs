// Types, lint, format, import rules, unused code: all that looks at the sources without running them.
// Usage: npm run check
import { pathToFileURL } from "node:url";
import { npmInvocation } from "./setup/npm-command.mjs";
import { projectPaths } from "./setup/project-paths.mjs";
import { runCommand } from "./setup/run-command.mjs";
import { runMain } from "./setup/run-main.mjs";

/** The linter takes as long as all the others. */
const LANES = [["check:lint"], ["check:types", "check:format", "check:imports", "check:unused"]];

/**
 * Runs every check, also when one of them has failed, and prints what each had to say.
 *
 * @returns {Promise<number>} Exit code.
 */
export async function runChecks() {
  const codes = await Promise.all(LANES.map(runLane));
  return Math.max(...codes);
}

/** @param {readonly string[]} names */
async function runLane(names) {
  let worst = 0;
  for (const name of names) {
    const start = performance.now();
    const { command, args, shell } = npmInvocation(["run", "--silent", name]);
    const { code, stdout, stderr } = await runCommand(command, args, { cwd: projectPaths.projectDir, shell });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(`${name}: ${code === 0 ? "ok" : "failed"}, ${seconds} s\n${stdout}${stderr}`);
    if (code !== 0) worst = code ?? 1;
  }
  return worst;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(runChecks);
}
