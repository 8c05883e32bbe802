import { ContractError, DataFormatError } from "../../../core/errors.ts";
import {
  CLASS_WEIGHTS,
  flatLayers,
  parameterShapes,
  type Network,
  type ParameterShape,
} from "../../../core/network/network.ts";
import type { SavedTensor } from "../../data/safetensors.ts";
import { stateEntries, transposed } from "../torch/torch-state.ts";

/** How a matrix lies in the file: torch's (out, in), or Keras's and the lab's (in, out). */
export type WeightLayout = "torch" | "keras";

/** What a person says where the file does not. */
export interface MatchHints {
  readonly layout?: WeightLayout | undefined;
  /** Names of the file's layers in the network's order. */
  readonly order?: readonly string[] | undefined;
}

export interface MatchedWeights {
  readonly parameters: Readonly<Record<string, Float32Array>>;
  /** What batch norms have counted; 0 where the file does not say. */
  readonly batches: number;
  /** How it was understood, in words. */
  readonly understood: string;
}

/** The file can be understood in more than one way: a person has to say which. */
export class AmbiguousWeightsError extends ContractError {
  readonly asks: "layout" | "order";
  /** Layers of the file, where their order is asked for. */
  readonly choices: readonly string[];

  constructor(message: string, asks: "layout" | "order", choices: readonly string[]) {
    super(message);
    this.asks = asks;
    this.choices = choices;
  }
}

type Role = "weight" | "bias" | "mean" | "variance" | "batches";
/** What is left of a name behind its layer's. */
const ROLES: Readonly<Record<string, Role>> = {
  weight: "weight",
  kernel: "weight",
  gamma: "weight",
  scale: "weight",
  w: "weight",
  bias: "bias",
  beta: "bias",
  b: "bias",
  offset: "bias",
  running_mean: "mean",
  moving_mean: "mean",
  mean: "mean",
  running_var: "variance",
  moving_variance: "variance",
  var: "variance",
  variance: "variance",
  num_batches_tracked: "batches",
};

interface Group {
  readonly name: string;
  readonly parts: ReadonlyMap<Role, SavedTensor>;
  /** Its matrix is called kernel, which is (in, out) wherever it is used. */
  readonly kernel: boolean;
}

/** Tensors by the layer that their names begin with, in natural order. @throws {DataFormatError} */
function groupsOf(file: string, tensors: ReadonlyMap<string, SavedTensor>): Group[] {
  const groups = new Map<string, { parts: Map<Role, SavedTensor>; kernel: boolean }>();
  for (const [name, tensor] of tensors) {
    const clean = name.replace(/:0$/, "");
    const [, layer = "", suffix = ""] = /^(?:(.*)[./])?([^./]+)$/.exec(clean) ?? [];
    const [, short = "", number = ""] = /^([wb])(\d+)$/i.exec(suffix) ?? [];
    const role = ROLES[suffix.toLowerCase()] ?? ROLES[short.toLowerCase()];
    if (role === undefined) {
      throw new DataFormatError(
        file,
        { place: `tensor ${name}` },
        "a name that ends with weight, bias, kernel, gamma, beta, running_mean, running_var or such",
        JSON.stringify(suffix),
      );
    }
    const key = number === "" ? layer : `${layer}${number}`;
    const group = groups.get(key) ?? { parts: new Map<Role, SavedTensor>(), kernel: false };
    groups.set(key, group);
    if (group.parts.has(role)) {
      throw new DataFormatError(file, { place: `tensor ${name}` }, `one ${role} of ${key}`, "two");
    }
    group.parts.set(role, tensor);
    group.kernel ||= suffix.toLowerCase() === "kernel" || short !== "";
  }
  const naturally = new Intl.Collator("en", { numeric: true });
  return [...groups]
    .map(([name, group]) => ({ name, ...group }))
    .sort((a, b) => naturally.compare(a.name, b.name));
}

/** A layer of the network that has parameters, in order, with the lab's names of them. */
interface Wanted {
  readonly kind: "linear" | "batchNorm" | "layerNorm";
  readonly shape: readonly number[];
  readonly names: readonly string[];
}

function wantedLayers(network: Network): Wanted[] {
  const parameters = [...parameterShapes(network)];
  const wanted: Wanted[] = [];
  for (const { type } of flatLayers(network.layers)) {
    if (type !== "linear" && type !== "batchNorm" && type !== "layerNorm") continue;
    const own = parameters.splice(0, type === "batchNorm" ? 3 : 2);
    wanted.push({ kind: type, shape: own[0]?.shape ?? [], names: own.map(({ name }) => name) });
  }
  return wanted;
}

const shapeOf = ({ parts }: Group): readonly number[] => parts.get("weight")?.shape ?? [];

/** Whether a group can be this layer, in one of the layouts. */
function fits(group: Group, { kind, shape }: Wanted, layout: WeightLayout | null): boolean {
  const found = shapeOf(group);
  if (kind !== "linear") {
    return found.join() === shape.join() && (kind === "batchNorm") === group.parts.has("mean");
  }
  const ours = found.join() === shape.join();
  const torch = found.join() === [...shape].reverse().join();
  return layout === null ? ours || torch : layout === "keras" ? ours : torch;
}

const described = ({ kind, shape }: Wanted): string => `${kind} (${shape.join(", ")})`;

/** The file's groups in the network's order. @throws {AmbiguousWeightsError} @throws {DataFormatError} */
function inOrder(
  file: string,
  groups: readonly Group[],
  wanted: readonly Wanted[],
  { order }: MatchHints,
): readonly Group[] {
  if (groups.length !== wanted.length) {
    throw new DataFormatError(
      file,
      { place: "its tensors" },
      `${wanted.length} layers with weights: ${wanted.map(described).join(", ")}`,
      `${groups.length}: ${groups.map((group) => `${group.name} (${shapeOf(group).join(", ")})`).join(", ")}`,
    );
  }
  if (order !== undefined) {
    const named = order.flatMap((name) => groups.find((group) => group.name === name) ?? []);
    if (new Set(named).size !== groups.length) {
      throw new ContractError(
        `The order must name each layer of the file once: ${groups.map(({ name }) => name).join(", ")}`,
      );
    }
    return requireFit(file, named, wanted);
  }
  const numbered = groups.every(({ name }) => /\d/.test(name));
  const natural = groups.every((group, i) => wanted[i] !== undefined && fits(group, wanted[i], null));
  if (numbered && natural) return groups;
  // By shape: each layer must have one group that fits it, and each group one layer.
  const candidates = wanted.map((layer) => groups.filter((group) => fits(group, layer, null)));
  if (candidates.every(({ length }) => length === 1) && new Set(candidates.flat()).size === groups.length) {
    return candidates.flat();
  }
  if (candidates.some(({ length }) => length === 0)) return requireFit(file, groups, wanted);
  const choices = groups.map(({ name }) => name);
  throw new AmbiguousWeightsError(
    `${file}: its layers ${choices.join(", ")} fit the network in more than one order, and their names hold no numbers. ` +
      "Say the network's order.",
    "order",
    choices,
  );
}

function requireFit(file: string, groups: readonly Group[], wanted: readonly Wanted[]): readonly Group[] {
  wanted.forEach((layer, i) => {
    const group = groups[i];
    if (group !== undefined && fits(group, layer, null)) return;
    throw new DataFormatError(
      file,
      { place: group === undefined ? "its tensors" : `layer ${group.name}` },
      `${described(layer)} as layer ${i + 1} with weights`,
      group === undefined ? "none" : `(${shapeOf(group).join(", ")})`,
    );
  });
  return groups;
}

/** How the file's matrices lie. @throws {AmbiguousWeightsError} @throws {DataFormatError} */
function layoutOf(
  file: string,
  groups: readonly Group[],
  wanted: readonly Wanted[],
  hints: MatchHints,
): WeightLayout {
  const linear = groups.filter((_, i) => wanted[i]?.kind === "linear");
  if (hints.layout !== undefined) {
    const { layout } = hints;
    const wrong = groups.find((group, i) => wanted[i] !== undefined && !fits(group, wanted[i], layout));
    if (wrong === undefined) return layout;
    const lies = layout === "torch" ? "(out, in)" : "(in, out)";
    throw new DataFormatError(
      file,
      { place: `layer ${wrong.name}` },
      `a matrix ${lies}, as was said`,
      `(${shapeOf(wrong).join(", ")})`,
    );
  }
  const possible = (["torch", "keras"] as const).filter((layout) =>
    groups.every((group, i) => wanted[i] !== undefined && fits(group, wanted[i], layout)),
  );
  const [only, other] = possible;
  if (only === undefined) {
    throw new DataFormatError(
      file,
      { place: "its tensors" },
      "matrices that all lie alike, (out, in) or (in, out)",
      "some of each",
    );
  }
  if (other === undefined) return only;
  // All are square: names may tell.
  if (linear.every(({ kernel }) => kernel)) return "keras";
  throw new AmbiguousWeightsError(
    `${file}: its matrices are square, so that (out, in) of torch and (in, out) of Keras both fit. Say which they are.`,
    "layout",
    [],
  );
}

/**
 * Finds a network's parameters among a file's tensors: by the lab's names, by torch's (`0.weight`), else layer by layer
 * in the order of their names and by shape, in torch's or Keras's orientation.
 *
 * @throws {AmbiguousWeightsError} Where a person has to say it. @throws {DataFormatError} If they do not fit.
 */
export function matchWeights(
  file: string,
  network: Network,
  tensors: ReadonlyMap<string, SavedTensor>,
  hints: MatchHints = {},
): MatchedWeights {
  const ours = parameterShapes(network);
  // What the spec itself says, class weights, is in no file.
  const said = ours.filter(({ name }) => name === CLASS_WEIGHTS);
  const own = ours.filter(({ name }) => name !== CLASS_WEIGHTS);
  if (own.every(({ name, shape }) => tensors.get(name)?.shape.join() === shape.join())) {
    const parameters = Object.fromEntries(own.map(({ name }) => [name, dataOf(tensors.get(name))]));
    return {
      parameters: { ...parameters, ...begun(said) },
      batches: 0,
      understood: "the lab's own names, matrices (in, out)",
    };
  }
  const entries = stateEntries(network).filter(({ form }) => form !== "batches");
  const torchNames = entries.every(({ key, shape }) => tensors.get(key)?.shape.join() === shape.join());
  const groups = groupsOf(file, tensors);
  const wanted = wantedLayers(network);
  const exact = torchNames && hints.layout === undefined && hints.order === undefined;
  const ordered = exact ? exactOrder(network, groups) : inOrder(file, groups, wanted, hints);
  const layout = exact ? "torch" : layoutOf(file, ordered, wanted, hints);
  const parameters: Record<string, Float32Array> = begun(said);
  let batches = 0;
  ordered.forEach(({ name, parts }, i) => {
    const { kind, shape, names } = wanted[i] ?? { kind: "linear", shape: [], names: [] };
    const [first = "", second = "", third = ""] = names;
    const [rows = 0, columns = 0] = shape;
    const weight = dataOf(parts.get("weight"));
    parameters[first] = kind === "linear" && layout === "torch" ? transposed(weight, columns, rows) : weight;
    const width = kind === "linear" ? columns : rows;
    const part = (role: Role): Float32Array => {
      const found = parts.get(role);
      // Layers without a bias are usual; the lab's have one.
      if (found === undefined && role === "bias") return new Float32Array(width);
      if (found?.data.length === width) return found.data;
      throw new DataFormatError(
        file,
        { place: `layer ${name}` },
        `a ${role} of ${width} values`,
        found === undefined ? "none" : `(${found.shape.join(", ")})`,
      );
    };
    parameters[second] = part("bias");
    if (kind !== "batchNorm") return;
    const running = new Float32Array(2 * width);
    running.set(part("mean"));
    running.set(part("variance"), width);
    parameters[third] = running;
    batches = parts.get("batches")?.data[0] ?? batches;
  });
  const lies = layout === "torch" ? "torch's orientation (out, in)" : "Keras's orientation (in, out)";
  return {
    parameters,
    batches,
    understood: `${lies}; layers ${ordered.map(({ name }) => name).join(", ")}`,
  };
}

/** Groups by torch's paths, in the network's order. */
function exactOrder(network: Network, groups: readonly Group[]): readonly Group[] {
  const paths = [...new Set(stateEntries(network).map(({ key }) => key.slice(0, key.lastIndexOf("."))))];
  return paths.flatMap((path) => groups.find(({ name }) => name === path) ?? []);
}

/** Parameters as they are before the first step. */
const begun = (shapes: readonly ParameterShape[]): Record<string, Float32Array> =>
  Object.fromEntries(
    shapes.map(({ name, shape: [length = 0], begin }) => [
      name,
      Float32Array.from({ length }, (_, index) => begin?.(index) ?? 0),
    ]),
  );

const dataOf = (tensor: SavedTensor | undefined): Float32Array => tensor?.data ?? new Float32Array();
