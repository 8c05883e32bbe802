// Gives every reader damaged input for as long as one likes.
// Usage: npm run fuzz [-- --target T --seconds N --seed S --inputs N]
import path from "node:path";
import { parseArgs } from "node:util";
import { launch } from "./setup/launch.mjs";
import { projectPaths } from "./setup/project-paths.mjs";
import { runMain } from "./setup/run-main.mjs";

const text = /** @type {const} */ ({ type: "string" });

await runMain(() => {
  const { values } = parseArgs({ options: { target: text, seconds: text, seed: text, inputs: text } });
  const given = Object.entries(values).map(([name, value]) => [`FUZZ_${name.toUpperCase()}`, value]);
  const env = {
    ...process.env,
    ...Object.fromEntries(given),
    ...(values.seconds === undefined && values.inputs === undefined ? { FUZZ_SECONDS: "60" } : {}),
  };
  const test = path.join(projectPaths.projectDir, "scripts", "test.mjs");
  const args = ["--only", "integration", "--", "test/integration/fuzz/fuzz.test.ts"];
  return launch(process.execPath, [test, ...args], { cwd: projectPaths.projectDir, env });
});
