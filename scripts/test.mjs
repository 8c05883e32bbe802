// Sets up what is missing and runs everything that tells whether the lab is sound.
// Usage: npm test [-- [--thorough] [--only check|unit|integration|e2e] [-- vitest arguments]]
import fs from "node:fs";
import path from "node:path";
import { runChecks } from "./check.mjs";
import { ensureReady } from "./setup.mjs";
import { ensureCheckedPage } from "./setup/app-build.mjs";
import { displayAvailable, startVirtualDisplay } from "./setup/display.mjs";
import { launch, runtimeEnv } from "./setup/launch.mjs";
import { ensurePeers } from "./setup/peers.mjs";
import { projectPaths } from "./setup/project-paths.mjs";
import { createReport } from "./setup/report.mjs";
import { runMain } from "./setup/run-main.mjs";
import { addTestCounts, failedFiles, readTestCounts, testSummary } from "./setup/test-counts.mjs";

/** @typedef {"check" | "unit" | "integration" | "e2e"} Phase */
const TEST_PHASES = /** @type {const} */ (["unit", "integration", "e2e"]);
/** @type {readonly Phase[]} */
const PHASES = ["check", ...TEST_PHASES];
const USAGE = `Usage: npm test [-- [--thorough] [--only ${PHASES.join("|")}] [-- vitest arguments]]\n`;
/** End-to-end tests that run at a time, where their windows are not in anybody's way. */
const WINDOWS = 2;
/** More files than this do not fail by accident. */
const MOST_AGAIN = 3;
const resultsDir = path.join(projectPaths.runtimeDir, "test-results");

await runMain(async () => {
  const { only, thorough, vitestArgs, valid } = readArguments(process.argv.slice(2));
  if (!valid) {
    process.stderr.write(USAGE);
    return 2;
  }
  const phases = PHASES.filter((name) => only === undefined || name === only);
  // Types and units are looked at as source.
  const build = phases.some((name) => name !== "check" && name !== "unit");
  /** Looks at the sources beside the set-up and the unit tests, which leave a processor idle. */
  let checked = Promise.resolve(0);
  let peers = Promise.resolve();
  const onPackages = () => {
    if (phases.includes("check")) checked = timed("check", runChecks);
    if (phases.includes("integration")) peers = ensurePeers("test", createReport());
  };
  const runtime = await timed("set-up", () => ensureReady({ build, onPackages }));
  const { electronPath } = runtime;
  const env = {
    ...runtimeEnv(runtime),
    BACKPROP_LAB_ELECTRON: electronPath,
    ...(thorough ? { BACKPROP_LAB_THOROUGH: "1" } : {}),
  };
  let counts = { passed: 0, failed: 0, skipped: 0 };
  /** @param {Phase} phase @param {number} code */
  const failed = (phase, code) => {
    process.stdout.write(`${phase} failed (exit code ${String(code)})\n${testSummary(counts)}\n`);
    return 1;
  };
  for (const phase of TEST_PHASES.filter((name) => phases.includes(name))) {
    // Nothing but the tests of a phase with worker threads or a window may keep the processors busy.
    if (phase !== "unit" && (await checked) !== 0) return failed("check", await checked);
    if (phase === "integration") await peers;
    const code = await timed(phase, () => runVitest(phase, { env, electronPath, vitestArgs }));
    counts = addTestCounts(counts, readTestCounts(resultFile(phase)));
    if (code !== 0) {
      const again = phase === "unit" || vitestArgs.length > 0 ? [] : failedFiles(resultFile(phase));
      if (again.length === 0 || again.length > MOST_AGAIN) return failed(phase, code);
      process.stdout.write(`${phase}: failed at first, once more alone: ${again.join(", ")}\n`);
      const second = await timed(phase, () => runVitest(phase, { env, electronPath, vitestArgs: again }));
      const { passed } = readTestCounts(resultFile(phase));
      if (second !== 0) return failed(phase, second);
      process.stdout.write(`${phase}: ${String(passed)} tests passed the second time: look why the first\n`);
      counts = { ...counts, failed: 0 };
    }
  }
  if ((await checked) !== 0) return failed("check", await checked);
  process.stdout.write(`${testSummary(counts)}\n`);
  return 0;
});

/**
 * @param {string} project
 * @param {{ env: NodeJS.ProcessEnv, electronPath: string, vitestArgs: string[] }} options
 */
async function runVitest(project, { env, electronPath, vitestArgs }) {
  fs.mkdirSync(resultsDir, { recursive: true });
  fs.rmSync(resultFile(project), { force: true });
  const args = [
    path.join(projectPaths.modulesDir, "vitest", "vitest.mjs"),
    "run",
    "--project",
    // Of the integration tests there are two: side by side, and alone.
    `${project}*`,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${resultFile(project)}`,
    ...vitestArgs,
  ];
  const cwd = projectPaths.projectDir;
  if (project === "e2e") await ensureCheckedPage(createReport());
  else {
    // As the app: its V8, its Node-API, its SQLite.
    return launch(electronPath, args, { cwd, env: { ...env, ELECTRON_RUN_AS_NODE: "1" } });
  }
  // Under plain Node, so that the Electron it opens does not inherit ELECTRON_RUN_AS_NODE.
  if (displayAvailable()) return launch(process.execPath, args, { cwd, env });
  // A display for each window: focus and clipboard belong to one application at a time.
  const displays = await Promise.all(Array.from({ length: WINDOWS }, startVirtualDisplay));
  const names = displays.map(({ display }) => display);
  try {
    return await launch(process.execPath, args, {
      cwd,
      env: { ...env, DISPLAY: names[0], BACKPROP_LAB_TEST_DISPLAYS: names.join(",") },
    });
  } finally {
    for (const { stop } of displays) stop();
  }
}

/**
 * @template T
 * @param {string} phase
 * @param {() => Promise<T>} run
 */
async function timed(phase, run) {
  const start = performance.now();
  const result = await run();
  process.stdout.write(`${phase}: ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  return result;
}

/** @param {string} project */
function resultFile(project) {
  return path.join(resultsDir, `${project}.json`);
}

/** @param {string[]} argv */
function readArguments(argv) {
  const divider = argv.indexOf("--");
  const all = divider === -1 ? argv : argv.slice(0, divider);
  const thorough = all[0] === "--thorough";
  const own = thorough ? all.slice(1) : all;
  const vitestArgs = divider === -1 ? [] : argv.slice(divider + 1);
  const only = own[0] === "--only" ? own[1] : undefined;
  const valid = own.length === 0 || (own.length === 2 && only !== undefined && PHASES.includes(only));
  return { only, thorough, vitestArgs, valid };
}
