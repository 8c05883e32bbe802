import { join, resolve } from "node:path";
import { counted } from "../../core/counted.ts";
import { makeFolder } from "../data/make-folder.ts";
import { ContractError } from "../../core/errors.ts";
import { parameterShapes, type LossName, type Network } from "../../core/network/network.ts";
import type { Dataset } from "../../shared/experiments/dataset.ts";
import { firstSpec } from "../../shared/specs/first-spec.ts";
import { dataMisfit, endsOf, endsOfLayers, networkOf } from "../../shared/specs/network-spec.ts";
import { trainSpecSchema } from "../../shared/specs/train-spec.ts";
import { replaceFile } from "../data/replace-file.ts";
import { writeSafetensors, type WrittenTensor } from "../data/safetensors.ts";
import type { ForeignNetwork } from "../exchange/onnx/network-from-onnx.ts";
import { WEIGHT_EXTENSIONS } from "../exchange/weights/read-weights-file.ts";
import type { WeightLayout } from "../exchange/weights/match-weights.ts";
import type { Lab } from "../lab/lab.ts";
import { COMMAND_NAME } from "../place/command-name.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { bundlesOf, importBundles } from "./import-bundles.ts";
import type { Interruption } from "./interruption.ts";
import { complain, print, printJson, warn } from "./print.ts";
import { readSpec } from "./read-spec.ts";
import { UsageError } from "./usage-error.ts";

export interface ImportOptions {
  readonly follow?: true;
  readonly step?: string;
  readonly spec?: string;
  readonly layout?: WeightLayout;
  readonly order?: readonly string[];
  readonly out?: string;
  /** The data set that a network is for. */
  readonly data?: string;
  readonly force?: true;
  readonly json?: true;
}

/**
 * Adds runs of any number of files and folders, or reads weights and networks; what a file is, its name and its
 * beginning say. Bundles come first, all in one go.
 */
export async function runImportCommand(
  lab: Lab,
  files: readonly string[],
  options: ImportOptions,
  interruption: Interruption,
): Promise<ExitCode> {
  if (files.length > 1 && (options.follow === true || files.some(isOfWeights))) {
    throw new UsageError(
      "import: what --follow follows, weights and networks come one at a time: give one file",
    );
  }
  const bundles: string[] = [];
  const others: string[] = [];
  for (const file of files) {
    const path = resolve(file);
    const found = isOfWeights(path) ? [] : await bundlesOf(path);
    bundles.push(...found.filter((one) => !bundles.includes(one)));
    if (found.length === 0) others.push(path);
  }
  let code: ExitCode = EXIT.ok;
  if (bundles.length > 0) code = await importBundles(lab, bundles, options);
  for (const path of others) {
    if (interruption.requested) break;
    const next = await importOther(lab, path, options, interruption);
    if (next !== EXIT.ok) code = next;
  }
  return code;
}

const isOfWeights = (path: string): boolean =>
  /\.(onnx|pt|pth|ckpt|pkl|bin)$/i.test(path) ||
  WEIGHT_EXTENSIONS.some((end) => path.toLowerCase().endsWith(end));

/** What is no bundle. */
function importOther(
  lab: Lab,
  path: string,
  options: ImportOptions,
  interruption: Interruption,
): Promise<ExitCode> {
  if (path.toLowerCase().endsWith(".onnx") && options.spec === undefined)
    return importNetwork(lab, path, options);
  if (isOfWeights(path)) return importWeights(lab, path, options);
  return options.follow === true
    ? followRuns(lab, path, options, interruption)
    : importRuns(lab, path, options);
}

async function importRuns(lab: Lab, path: string, options: ImportOptions): Promise<ExitCode> {
  const { step, json } = options;
  const outcome = await lab.exchange.importRuns({ path, step });
  if (json === true) {
    printJson(outcome);
    return EXIT.ok;
  }
  const { added, extended, unchanged, points, notes, format, cancelled } = outcome;
  print(
    `${format}: ${cancelled ? "cancelled; taken by then: " : ""}${counted(added.length, "run")} added, ${extended.length} have new numbers, ${unchanged.length} were there already; ${counted(points, "point")}\n`,
  );
  for (const id of [...added, ...extended]) print(`${id}\n`);
  for (const note of notes) warn(note);
  return EXIT.ok;
}

async function followRuns(
  lab: Lab,
  path: string,
  { step }: ImportOptions,
  interruption: Interruption,
): Promise<ExitCode> {
  const { source, format } = await lab.exchange.follow({ path, step });
  complain(`Following ${source} (${format}); Ctrl+C ends it.`);
  const told = new Set<string>();
  const stop = lab.subscribe((event) => {
    if (event.name !== "runChanged" || told.has(event.payload.id)) return;
    told.add(event.payload.id);
    print(`${event.payload.id}\n`);
  });
  interruption.listen(() => {
    lab.exchange.unfollow({ source });
  });
  if (interruption.requested) lab.exchange.unfollow({ source });
  await lab.exchange.followedToEnd({ source });
  stop();
  return EXIT.ok;
}

/** Writes parameters as the lab takes them to begin with. */
async function writeWeights(
  path: string,
  network: Network,
  parameters: Readonly<Record<string, Float32Array>>,
  { overwrite, batches }: { readonly overwrite: boolean; readonly batches: number },
): Promise<void> {
  const tensors = parameterShapes(network).map(({ name, shape }): [string, WrittenTensor] => [
    name,
    { shape, data: parameters[name] ?? new Float32Array() },
  ]);
  await writeSafetensors(
    path,
    { tensors: Object.fromEntries(tensors), metadata: { format: "backprop-lab", batches: String(batches) } },
    { overwrite },
  );
}

async function importWeights(lab: Lab, path: string, options: ImportOptions): Promise<ExitCode> {
  const { spec, out, layout, order, force } = options;
  if (spec === undefined || out === undefined) {
    throw new UsageError(
      "import: weights belong to a network and become a file: give --spec SPEC.json and --out WEIGHTS.safetensors",
    );
  }
  const network = networkOf(await readSpec(trainSpecSchema, spec));
  const { parameters, batches, understood } = await lab.exchange.readWeights(path, network, {
    layout,
    order,
  });
  await writeWeights(resolve(out), network, parameters, { overwrite: force === true, batches });
  complain(
    `Read as ${understood}.\nWeights: ${resolve(out)}; begin with them by "weights": {"file": …} in a spec.`,
  );
  return EXIT.ok;
}

/** The data set that is named, or the only one whose features and targets fit a network. @throws {ContractError} */
function datasetFor(lab: Lab, layers: ForeignNetwork["layers"], name: string | undefined): Dataset {
  const misfitOf = (dataset: Dataset): string =>
    dataMisfit({ layers, loss: lossOf(layers, dataset) }, endsOf(dataset));
  if (name !== undefined) {
    const dataset = lab.datasets.find({ id: name });
    const misfit = misfitOf(dataset);
    if (misfit === "") return dataset;
    throw new ContractError(`the network does not fit ${dataset.title}: ${misfit}`);
  }
  const all = lab.datasets.list();
  const [found, ...others] = all.filter((dataset) => misfitOf(dataset) === "");
  const ends = endsOfLayers(layers);
  const shape = `${counted(ends?.inputs ?? 0, "feature")} and ${counted(ends?.outputs ?? 0, "output")}`;
  if (found === undefined) {
    throw new ContractError(
      `no data set fits a network of ${shape}: there are ${all.map(({ id }) => id).join(", ")}. Import its data with "${COMMAND_NAME} data import" first, or name a toy with --data`,
    );
  }
  if (others.length === 0) return found;
  throw new ContractError(
    `${others.length + 1} data sets fit a network of ${shape}: say which with --data: ${[found, ...others].map(({ id }) => id).join(", ")}`,
  );
}

/** The usual loss for what a data set asks, with which a network of so many outputs can judge it. */
function lossOf(layers: ForeignNetwork["layers"], { target }: Dataset): LossName {
  if (target.kind === "numbers") return "mse";
  if (endsOfLayers(layers)?.outputs !== 1) return "crossEntropy";
  return target.names.length === 2 ? "binaryCrossEntropy" : "mse";
}

/** A network of ONNX becomes a training spec and its weights, in a folder. */
async function importNetwork(lab: Lab, path: string, options: ImportOptions): Promise<ExitCode> {
  const { out, force, data } = options;
  if (out === undefined) {
    throw new UsageError("import: a network becomes a spec and its weights: give --out FOLDER");
  }
  const { layers, parameters, notes } = await lab.exchange.readNetwork(path);
  const dataset = datasetFor(lab, layers, data);
  const folder = resolve(out);
  const spec = {
    ...firstSpec(dataset),
    layers,
    loss: lossOf(layers, dataset),
    weights: { file: "weights.safetensors" },
  };
  makeFolder(folder);
  const overwrite = force === true;
  const network = networkOf(spec);
  await writeWeights(join(folder, "weights.safetensors"), network, parameters, { overwrite, batches: 0 });
  const text = `${JSON.stringify(spec, null, 2)}\n`;
  await replaceFile(join(folder, "network.json"), (handle) => handle.writeFile(text), { overwrite });
  for (const note of notes) warn(note);
  complain(
    `${counted(layers.length, "layer")}, to be trained on ${dataset.title}: ${folder}; ${COMMAND_NAME} train ${join(out, "network.json")} goes on with them.`,
  );
  return EXIT.ok;
}
