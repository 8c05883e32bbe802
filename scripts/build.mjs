// Builds the app even when nothing has changed. Usage: node scripts/build.mjs [--timings]
import { ensureReady } from "./setup.mjs";
import { runMain } from "./setup/run-main.mjs";

await runMain(async () => {
  await ensureReady({ build: "forced", timings: process.argv.includes("--timings") });
  return 0;
});
