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
import { runCommand } from "./setup/run-command.mjs";
import { runMain } from "./setup/run-main.mjs";
import { addTestCounts, failedFiles, readTestCounts, testSummary } from "./setup/test-counts.mjs";

/** @typedef {"unit" | "integration" | "e2e"} TestPhase */
/** @typedef {"check" | TestPhase} Phase */
/** @typedef {{ env: NodeJS.ProcessEnv, electronPath: string, vitestArgs: readonly string[] }} Settings */
/** @typedef {{ phase: Phase, code: number, counts: import("./setup/test-counts.mjs").TestCounts }} PhaseResult */
/** @type {readonly Phase[]} */
const PHASES = ["check", "unit", "integration", "e2e"];
const USAGE = `Usage: npm test [-- [--thorough] [--only ${PHASES.join("|")}] [-- vitest arguments]]\n`;
/** End-to-end tests that run at a time, where their windows are in nobody's way: two left processors idle. */
const WINDOWS = 3;
/** More files than this do not fail by accident. */
const MOST_AGAIN = 3;
const NO_TESTS = { passed: 0, failed: 0, skipped: 0 };
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
  /** Looks at the sources beside the set-up, which leaves a processor idle. */
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
  const settings = { env, electronPath, vitestArgs };
  /** @param {Phase} phase */
  const wants = (phase) => phases.includes(phase);
  // Beside the integration tests, some of which wait for others.
  const unit = wants("unit") ? timed("unit", () => unitTests(settings, only === "unit")) : null;
  const page = wants("e2e") ? ensureCheckedPage(createReport()) : null;
  // Each is awaited below: until then its failure is nobody's.
  for (const begun of [unit, page]) begun?.catch(() => undefined);
  /** In their order: what comes after a failure does not begin. @type {(() => Promise<PhaseResult>)[]} */
  const inOrder = [];
  if (wants("check")) inOrder.push(async () => ({ phase: "check", code: await checked, counts: NO_TESTS }));
  if (wants("integration")) {
    inOrder.push(async () => {
      await peers;
      return testsTwice("integration", settings);
    });
  }
  if (unit !== null) inOrder.push(() => unit);
  if (wants("e2e")) {
    inOrder.push(async () => {
      await page;
      return testsTwice("e2e", settings);
    });
  }
  let counts = NO_TESTS;
  for (const next of inOrder) {
    const result = await next();
    counts = addTestCounts(counts, result.counts);
    if (result.code === 0) continue;
    // What is still under way prints before the verdict.
    await Promise.allSettled([unit, page]);
    process.stdout.write(
      `${result.phase} failed (exit code ${String(result.code)})\n${testSummary(counts)}\n`,
    );
    return 1;
  }
  process.stdout.write(`${testSummary(counts)}\n`);
  return 0;
});

/**
 * @param {Settings} settings
 * @param {boolean} isShown Whether nothing else is printed meanwhile.
 * @returns {Promise<PhaseResult>}
 */
async function unitTests({ env, electronPath, vitestArgs }, isShown) {
  const args = vitestCommand("unit", vitestArgs);
  const options = { cwd: projectPaths.projectDir, env: { ...env, ELECTRON_RUN_AS_NODE: "1" } };
  let code;
  if (isShown) code = await launch(electronPath, args, options);
  else {
    const said = await runCommand(electronPath, args, options);
    process.stdout.write(`${said.stdout}${said.stderr}`);
    code = said.code ?? 1;
  }
  return { phase: "unit", code, counts: readTestCounts(resultFile("unit")) };
}

/**
 * Some files that failed run once more, alone.
 *
 * @param {"integration" | "e2e"} phase
 * @param {Settings} settings
 * @returns {Promise<PhaseResult>}
 */
async function testsTwice(phase, settings) {
  const code = await timed(phase, () => runVitest(phase, settings));
  const counts = readTestCounts(resultFile(phase));
  const again = code === 0 || settings.vitestArgs.length > 0 ? [] : failedFiles(resultFile(phase));
  if (again.length === 0 || again.length > MOST_AGAIN) return { phase, code, counts };
  process.stdout.write(`${phase}: failed at first, once more alone: ${again.join(", ")}\n`);
  const second = await timed(phase, () => runVitest(phase, { ...settings, vitestArgs: again }));
  if (second !== 0) return { phase, code: second, counts };
  const { passed } = readTestCounts(resultFile(phase));
  process.stdout.write(`${phase}: ${String(passed)} tests passed the second time: look why the first\n`);
  return { phase, code: 0, counts: { ...counts, failed: 0 } };
}

/**
 * @param {TestPhase} project
 * @param {readonly string[]} vitestArgs
 */
function vitestCommand(project, vitestArgs) {
  fs.mkdirSync(resultsDir, { recursive: true });
  fs.rmSync(resultFile(project), { force: true });
  return [
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
}

/**
 * @param {"integration" | "e2e"} project
 * @param {Settings} settings
 */
async function runVitest(project, { env, electronPath, vitestArgs }) {
  const args = vitestCommand(project, vitestArgs);
  const cwd = projectPaths.projectDir;
  // As the app: its V8, its Node-API, its SQLite.
  if (project === "integration") {
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
