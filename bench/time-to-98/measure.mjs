// A training to 98 % of MNIST from a cold start: `lab train` against the PyTorch script that `lab export pytorch` writes
// of the same spec, each a whole process from start to exit. Called by `npm run bench -- time-to-98`.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const ROUNDS = 5;
const AIM = 3;

const linear = (inputs, out) => ({ type: "linear", in: inputs, out, init: "kaimingNormal" });
const relu = { type: "relu", shift: 0 };
/** Eight epochs of batches of 128, the rate up and down once: 98 % with every seed that was tried. */
const SPEC = {
  layers: [linear(784, 256), relu, linear(256, 128), relu, linear(128, 10)],
  loss: "crossEntropy",
  seed: 1,
  data: { name: "mnist", split: "train", rows: 50_000 },
  optimizer: { name: "adamw", lr: 0.003, weightDecay: 0.01 },
  schedule: { name: "oneCycle" },
  batchSize: 128,
  epochs: 8,
};

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Runs a program to its end. @returns {{ seconds: number, stdout: string }} */
function run(command, args, env) {
  const beganMs = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    env,
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${stderr.slice(-2000)}`);
  return { seconds: (performance.now() - beganMs) / 1000, stdout };
}

/** A Python that has torch, or null. */
function pythonWithTorch() {
  return (
    ["python3", "/usr/bin/python3"].find(
      (name) => spawnSync(name, ["-I", "-c", "import torch"], { stdio: "ignore" }).status === 0,
    ) ?? null
  );
}

/**
 * @param {{ electronPath: string, env: NodeJS.ProcessEnv, outDir: string, resultsDir: string, pytorchFile: string }} settings
 * @returns {Promise<number>} Exit code: 1 when there is nothing to compare with.
 */
export async function measureTimeTo98({ electronPath, env, outDir, resultsDir, pytorchFile }) {
  const folder = path.join(resultsDir, "time-to-98");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const specFile = path.join(folder, "spec.json");
  const database = path.join(folder, "lab.sqlite");
  const scriptDir = path.join(folder, "pytorch");
  writeFileSync(specFile, JSON.stringify(SPEC, null, 2));
  const threads = os.availableParallelism();
  const lab = (...args) =>
    run(electronPath, [path.join(outDir, "main", "lab.js"), ...args], { ...env, ELECTRON_RUN_AS_NODE: "1" });
  const train = () => {
    const { seconds, stdout } = lab(
      "train",
      specFile,
      "--again",
      "--json",
      "--threads",
      String(threads),
      "--database",
      database,
    );
    const lines = stdout.trim().split("\n");
    return { seconds, accuracy: JSON.parse(lines.at(-1)).validAccuracy };
  };
  // The kernels are chosen once a machine, as with the app's first start.
  lab("tune", "--database", database);
  lab("export", "pytorch", specFile, "--out", scriptDir, "--database", database);
  const python = pythonWithTorch();
  const threadsEnv = Object.fromEntries(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"].map((name) => [name, String(threads)]),
  );
  // An OpenBLAS that does not know the processor is told what it can do, as in the benchmark.
  const coretype = python === null ? "" : run(python, ["-I", pytorchFile, "coretype"], env).stdout.trim();
  if (coretype !== "") threadsEnv["OPENBLAS_CORETYPE"] = coretype;
  const torch = () => {
    const { seconds, stdout } = run(python, [path.join(scriptDir, "train.py")], { ...env, ...threadsEnv });
    const [, accuracy] = [...stdout.matchAll(/accuracy ([\d.]+)/g)].at(-1) ?? [];
    return { seconds, accuracy: Number(accuracy) };
  };
  const results = { lab: [], pytorch: [] };
  for (let round = 0; round < ROUNDS; round++) {
    results.lab.push(train());
    if (python !== null) results.pytorch.push(torch());
    process.stderr.write(`round ${round + 1} of ${ROUNDS}\n`);
  }
  writeFileSync(
    path.join(folder, "result.json"),
    JSON.stringify({ spec: SPEC, threads, coretype, loadBefore: os.loadavg(), ...results }, null, 2),
  );
  for (const [name, runs] of Object.entries(results)) {
    if (runs.length === 0) continue;
    const times = runs.map(({ seconds }) => seconds);
    const accuracies = runs.map(({ accuracy }) => accuracy);
    process.stdout.write(
      `${name}: ${median(times).toFixed(2)} s (${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)}), ` +
        `accuracy ${(100 * median(accuracies)).toFixed(2)} %\n`,
    );
  }
  if (python === null) {
    process.stdout.write("No Python with torch was found: nothing to compare with.\n");
    return 1;
  }
  const ratio =
    median(results.pytorch.map((one) => one.seconds)) / median(results.lab.map((one) => one.seconds));
  process.stdout.write(`PyTorch takes ${ratio.toFixed(2)} times as long; the aim is ${AIM}.\n`);
  return 0;
}
