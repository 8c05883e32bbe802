import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, cp, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { makeFolder } from "../../data/make-folder.ts";
import { ContractError } from "../../../core/errors.ts";
import { parameterShapes } from "../../../core/network/network.ts";
import { MNIST_DATASET } from "../../../shared/experiments/dataset.ts";
import type { ClusterOptions } from "../../../shared/experiments/cluster-sweep.ts";
import { toyOf } from "../../../shared/experiments/toys.ts";
import { networkOf } from "../../../shared/specs/network-spec.ts";
import { expandSweep, type SweepSpec } from "../../../shared/specs/sweep-spec.ts";
import type { TrainSpec } from "../../../shared/specs/train-spec.ts";
import { replaceFile } from "../../data/replace-file.ts";
import { safeFileName } from "../../data/safe-file-name.ts";
import { writeSafetensors, type WrittenTensor } from "../../data/safetensors.ts";
import { COMMAND_NAME } from "../../place/command-name.ts";
import type { GivenParameters } from "../compute/network-setup.ts";
import { chooseChunk, tasksOf } from "./array-tasks.ts";
import type { ClusterServices } from "./cluster-services.ts";
import { copyLab } from "./copy-lab.ts";
import { jobScript } from "./job-script.ts";
import { SWEEP_FORMAT, SWEEP_VERSION, type PlannedTraining, type SweepOrder } from "./sweep-files.ts";
import { SweepFolder, TASK_FOLDERS } from "./sweep-folder.ts";

/** Up to so many trainings come back with every point and what they learned. */
const MOST_WHOLE = 1_000;
const USUAL_POINTS = 500;
const ID_DIGITS = 8;

/** A sweep that is asked for. */
export interface SweepRequest {
  readonly sweep: SweepSpec;
  /** Its runs have it as their setting `sweep`. */
  readonly name: string;
  readonly options: ClusterOptions;
  /** lab-sweeps/NAME-ID in `from` where nothing is said. */
  readonly dir?: string | undefined;
  readonly from: string;
  /** Weights to begin with that a spec names. */
  readonly given: (spec: TrainSpec) => Promise<GivenParameters | null>;
  /** The folder on the cluster for one with this name, where that is another machine. */
  readonly dirOnCluster?: (name: string) => Promise<string>;
  readonly maxArraySize: number;
}

/** A sweep's folder as it is now. */
export interface PreparedSweep {
  readonly folder: SweepFolder;
  readonly order: SweepOrder;
  /** It was there already. */
  readonly earlier: boolean;
}

/** SHA-256 of a spec's JSON as plan.jsonl has it. */
export const specHash = (spec: TrainSpec): string =>
  createHash("sha256").update(JSON.stringify(spec)).digest("hex");

/**
 * Makes a sweep's folder: plan, job script and a copy of the lab. The folder of the same sweep that is there already is
 * taken as it is.
 *
 * @throws {ContractError} If a training does not fit its data, or the folder holds something else.
 * @throws {RangeError} If the sweep cannot be expanded.
 */
export async function prepareSweep(services: ClusterServices, request: SweepRequest): Promise<PreparedSweep> {
  const { options, name, sweep } = request;
  const threads = options.threads ?? options.cpusPerTask ?? 1;
  const { plan, weights, expectedMs } = await planOf(services, request, threads);
  const id = createHash("sha256")
    .update(plan.map(({ run }) => run).join("\n"))
    .digest("hex")
    .slice(0, ID_DIGITS);
  const folderName = `${safeFileName(name.replace(/\.json$/i, ""), null).replaceAll(/\s+/g, "-")}-${id}`;
  const folder = new SweepFolder(
    request.dir === undefined
      ? join(request.from, "lab-sweeps", folderName)
      : resolve(request.from, request.dir),
  );
  if (folder.exists) {
    const order = folder.order();
    if (order.id === id) return { folder, order, earlier: true };
    throw new ContractError(
      `${folder.dir} holds another sweep (${order.name}, ${order.id}; this one is ${id}): values, threads, kernels, data or the version of the lab differ. Choose another --dir, or go on with that one: ${COMMAND_NAME} sweep --again ${folder.dir}`,
    );
  }
  const chunk = Math.min(
    plan.length,
    options.chunk ?? chooseChunk(plan.length, expectedMs, request.maxArraySize),
  );
  const datasets = importedDatasets(plan);
  const dirOnCluster = (await request.dirOnCluster?.(folderName)) ?? folder.dir;
  if (/[\n"]/.test(dirOnCluster))
    throw new ContractError(`Slurm cannot take a folder of this name: ${dirOnCluster}`);
  const order: SweepOrder = {
    format: SWEEP_FORMAT,
    version: SWEEP_VERSION,
    id,
    name,
    createdAt: new Date().toISOString(),
    trainings: plan.length,
    chunk,
    jobName: `lab-${id}-${randomBytes(2).toString("hex")}`,
    threads,
    kernels: services.code.kernels,
    code: { appVersion: services.code.appVersion, kernelsHash: services.code.kernelsHash },
    points: options.points ?? (plan.length > MOST_WHOLE ? USUAL_POINTS : null),
    weights: plan.length <= MOST_WHOLE,
    dirOnCluster,
    datasets,
    options,
    sweep,
  };
  await writeFolder(services, folder, { order, plan, weights });
  return { folder, order, earlier: false };
}

/** The trainings with their runs' ids, the weights they begin with, and how long the longest takes on this machine. */
async function planOf(
  { training }: ClusterServices,
  { sweep, name, given: givenTo }: SweepRequest,
  threads: number,
): Promise<{
  readonly plan: readonly PlannedTraining[];
  /** Each once, with a training that begins with it and the file that it goes into. */
  readonly weights: ReadonlyMap<GivenParameters, { readonly spec: TrainSpec; readonly file: string }>;
  readonly expectedMs: number;
}> {
  const weights = new Map<GivenParameters, { spec: TrainSpec; file: string }>();
  const plan: PlannedTraining[] = [];
  let expectedMs = 0;
  const seen = new Set<string>();
  for (const { spec, choice, note } of expandSweep(sweep)) {
    const outlook = training.outlook(spec);
    if (outlook.misfit !== "") throw new ContractError(`${note}: ${outlook.misfit}`);
    expectedMs = Math.max(expectedMs, outlook.expectedMs);
    const given = await givenTo(spec);
    const { id: run } = training.identify({ spec, threads, given, sweep: name });
    // A random sample may draw the same values twice: they are the same run.
    if (seen.has(run)) continue;
    seen.add(run);
    if (given !== null && !weights.has(given))
      weights.set(given, { spec, file: `weights/${run}.safetensors` });
    plan.push({
      index: plan.length,
      run,
      choice: { ...choice },
      note,
      spec,
      sha256: specHash(spec),
      weights: given === null ? null : (weights.get(given)?.file ?? null),
    });
  }
  return { plan, weights, expectedMs };
}

/** What is neither MNIST nor a toy has to come along. */
const importedDatasets = (plan: readonly PlannedTraining[]): string[] =>
  [...new Set(plan.map(({ spec }) => spec.data.name))].filter(
    (name) => name !== MNIST_DATASET.id && toyOf(name) === null,
  );

/** sweep.json comes last: a folder that has it is whole. */
async function writeFolder(
  { place, datasets: library }: ClusterServices,
  folder: SweepFolder,
  {
    order,
    plan,
    weights,
  }: {
    readonly order: SweepOrder;
    readonly plan: readonly PlannedTraining[];
    readonly weights: Awaited<ReturnType<typeof planOf>>["weights"];
  },
): Promise<void> {
  const { options, dirOnCluster, jobName, chunk, trainings } = order;
  for (const name of TASK_FOLDERS) makeFolder(folder.at(name));
  await copyLab({
    appPath: place.appPath,
    resourcesDir: place.resourcesDir,
    to: folder.at("lab"),
    mnist: plan.some(({ spec }) => spec.data.name === MNIST_DATASET.id),
  });
  for (const id of order.datasets) {
    await cp(join(library.root, id), folder.at("datasets", id), { recursive: true });
    const stored = library.stored(id);
    if (stored !== undefined) await writeFile(folder.at("datasets", `${id}.json`), JSON.stringify(stored));
  }
  if (weights.size > 0) makeFolder(folder.at("weights"));
  for (const [given, { spec, file }] of weights) await writeGiven(folder.at(file), spec, given);
  await writeFile(folder.at("plan.jsonl"), plan.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const script = jobScript({ dir: dirOnCluster, jobName, tasks: tasksOf(trainings, chunk), options });
  await writeFile(folder.at("array.sh"), script);
  await chmod(folder.at("array.sh"), 0o755);
  if (!existsSync(folder.at("jobs.jsonl"))) await writeFile(folder.at("jobs.jsonl"), "");
  await replaceFile(folder.at("sweep.json"), (file) => file.writeFile(`${JSON.stringify(order, null, 2)}\n`));
}

async function writeGiven(path: string, spec: TrainSpec, given: GivenParameters): Promise<void> {
  const tensors = parameterShapes(networkOf(spec)).flatMap(({ name, shape }): [string, WrittenTensor][] => {
    const data = given[name];
    return data === undefined ? [] : [[name, { shape, data }]];
  });
  const metadata = { format: "backprop-lab", batches: "0" };
  await writeSafetensors(path, { tensors: Object.fromEntries(tensors), metadata }, { overwrite: true });
}
