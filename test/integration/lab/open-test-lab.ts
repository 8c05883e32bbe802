import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Lab } from "../../../src/main/lab/lab.ts";
import {
  openSeedNotebook,
  withParameters,
  withWeights,
  type SeedWeights,
} from "../../../src/main/lab/live/seed-notebook.ts";
import { openLab, type LabOptions } from "../../../src/main/lab/open-lab.ts";
import { CURRENT_SCHEMA } from "../../../src/main/store/migrations/migrations.ts";
import { NOTEBOOK_SPEC } from "../../../src/shared/specs/notebook-spec.ts";
import type { RunDetails } from "../../../src/shared/runs/run-records.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { WORKER_FILE } from "../engine/start-engine.ts";

export interface TestLab {
  readonly lab: Lab;
  /** What was there before the lab was opened. */
  readonly recorded: readonly string[];
  readonly folder: string;
  close(): Promise<void>;
}

/** Of the built program and of commands within a test's process: kept tunings and runs' ids are a version's own. */
export const { version: APP_VERSION } = JSON.parse(readFileSync("package.json", "utf8")) as {
  readonly version: string;
};

/** A database with a tuning of the kernels and nothing else; of another build, version, runtime, CPU or schema it is another. */
function tunedDatabase(appVersion: string): string {
  const key = [
    readFileSync(WORKER_FILE, "utf8"),
    process.versions.v8,
    cpus()[0]?.model ?? "",
    CURRENT_SCHEMA,
    appVersion,
  ].join("\n");
  return resolve(".runtime/test-tunings", `${createHash("sha256").update(key).digest("hex")}.sqlite`);
}

/** Has the kernels chosen once for all test files: to time them again in each costs more than most tests. */
async function keepTuning(tuned: string, appVersion: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "backprop-lab-tuned-"));
  const options = labOptions(folder, 1);
  await (await openLab({ ...options, appVersion })).close();
  mkdirSync(dirname(tuned), { recursive: true });
  const own = `${tuned}.${process.pid}`;
  copyFileSync(options.databasePath, own);
  renameSync(own, tuned);
  rmSync(folder, { recursive: true, force: true });
}

/** Makes a database with the kept tuning, where there is none, for a lab of this version or for commands. */
export async function makeTuned(databasePath: string, appVersion = APP_VERSION): Promise<void> {
  if (existsSync(databasePath)) return;
  const tuned = tunedDatabase(appVersion);
  if (!existsSync(tuned)) await keepTuning(tuned, appVersion);
  copyFileSync(tuned, databasePath);
}

/** Opens a lab whose kernels an earlier test has chosen. */
export async function openTunedLab(options: LabOptions): Promise<Lab> {
  await makeTuned(options.databasePath, options.appVersion);
  return openLab(options);
}

/** A lab with its database and log in `folder`. */
export const labOptions = (folder: string, threads: number): LabOptions => ({
  databasePath: join(folder, "lab.sqlite"),
  resourcesDir: resolve("resources"),
  workerFile: WORKER_FILE,
  nativeBinding: process.env["BACKPROP_LAB_NATIVE_BINDING"] ?? null,
  logPath: join(folder, "main.log"),
  appVersion: "test",
  runtimeSource: "test",
  threads,
});

/** A real lab on a database of its own, in which `record` may put runs first. */
export async function openTestLab(
  threads: number,
  record: (databasePath: string) => readonly string[] = () => [],
): Promise<TestLab> {
  const folder = mkdtempSync(join(tmpdir(), "backprop-lab-"));
  const options = labOptions(folder, threads);
  await makeTuned(options.databasePath, options.appVersion);
  const recorded = record(options.databasePath);
  const lab = await openLab(options);
  return {
    lab,
    recorded,
    folder,
    close: async () => {
      await lab.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Reads the weights that PyTorch started from. */
export const GOLDEN_FOLDER = resolve("test/golden");

/** The notebook's network, trained by plain SGD. */
export const notebookSpec = ({
  seed = 1,
  rows = 1_000,
  epochs = 1,
  batchSize = 10,
  lr = 0.1,
}: Partial<Record<"seed" | "rows" | "epochs" | "batchSize" | "lr", number>>): TrainSpec => ({
  ...NOTEBOOK_SPEC,
  seed,
  epochs,
  batchSize,
  data: { name: "mnist", split: "train", rows },
  optimizer: { name: "sgd", lr, momentum: 0, nesterov: false, weightDecay: 0 },
});

/** The seed notebook's text with smaller matrices to multiply by hand: their loops run for seconds in the sandbox. */
export function fewerProducts(text: string): string {
  const fewer = text.replace(
    "randn(100, 1000), B = randn(1000, 100)",
    "randn(10, 1000), B = randn(1000, 10)",
  );
  if (fewer === text) throw new Error("the seed notebook multiplies other matrices");
  return fewer;
}

/** The notebook's cell of matrix products: its loops run for seconds in the sandbox, and no other cell needs it. */
const PRODUCTS = "c1";

/** Runs the notebook that comes with the app, but for that cell and what comes after `last`, as the command line does. @returns its run */
export async function runSeedNotebook(
  lab: Lab,
  { seed = 7, rows = 500, threads = 2, samples = 1, checkRows = 32, differences = 2, last = "" } = {},
  weights: SeedWeights | null = null,
): Promise<RunDetails> {
  const parameters = { SAMPLES: samples, CHECK_ROWS: checkRows, DIFFERENCES: differences };
  const whole = withParameters(await openSeedNotebook(lab.documents), parameters);
  const end = whole.cells.findIndex(({ id }) => id === last);
  const cells = whole.cells.slice(0, end === -1 ? undefined : end + 1);
  const document = { ...whole, cells: cells.filter(({ id }) => id !== PRODUCTS) };
  const settings = { seed, rows, threads, limitMs: null };
  const { runId } = await lab.session.runSaved(
    { document: weights === null ? document : withWeights(document, weights), settings },
    {},
  );
  return lab.runs.get({ runId });
}
