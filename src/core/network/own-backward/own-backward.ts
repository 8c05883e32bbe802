import { ContractError } from "../../errors.ts";
import type { Ops, TensorLike } from "../../ops/op.ts";
import type { Layer } from "../network.ts";
import { flatLayers, parameterShapes } from "../network.ts";
import { readLines, type BackwardLine } from "./read-lines.ts";
import { recordLines } from "./record-lines.ts";
import { givenNode, runLines } from "./run-lines.ts";

/** Rows that shapes are tried with: no width and no number that anybody writes. */
const TRIED_ROWS = 13;

/** Layers that a layer with a backward of its own can be made of. */
type Inside = Extract<Layer, { readonly type: "linear" | "relu" | "activation" | "layerNorm" }>;
const KINDS: ReadonlySet<string> = new Set<Inside["type"]>(["linear", "relu", "activation", "layerNorm"]);
const mayStand = (layer: Layer | undefined): layer is Inside => layer !== undefined && KINDS.has(layer.type);
const SAID: Readonly<Record<string, string>> = { batchNorm: "batch norm", dropout: "dropout" };

/** Names of the parameters that such layers learn, in their order: w1, b1, gain1, shift1, … */
const parametersOf = (layers: readonly Layer[]) =>
  parameterShapes({ layers, loss: "mse" }).filter(({ learned }) => learned);

const languageOf = (names: readonly string[]) => ({
  given: ["x", "y", "dy", ...names],
  wanted: ["x", ...names].map((name) => `d${name}`),
});

/**
 * What is wrong with a backward of one's own for these layers, or "". x (rows, in) comes in, y (rows, out) goes out; dy is
 * the gradient of y; parameters are as the lab has them, w (in, out), y = x w + b.
 */
export function backwardProblem(layers: readonly Layer[], inputs: number, lines: readonly string[]): string {
  const other = layers.find((layer) => !mayStand(layer));
  if (other !== undefined) {
    const name = SAID[other.type] ?? `a ${other.type}`;
    return `a layer with a backward of its own is made of linear layers, activations and layer norms, one after another; ${name} stands in it`;
  }
  try {
    const parameters = parametersOf(layers);
    const read = readLines(lines, languageOf(parameters.map(({ name }) => name)));
    const outputs = flatLayers(layers).reduce(
      (width, layer) => (layer.type === "linear" ? layer.out : width),
      inputs,
    );
    const given = [
      { name: "x", shape: [TRIED_ROWS, inputs] },
      { name: "y", shape: [TRIED_ROWS, outputs] },
      { name: "dy", shape: [TRIED_ROWS, outputs] },
      ...parameters,
    ];
    const nodes = given.map(({ name, shape }, buffer) => [name, givenNode(name, shape, buffer)] as const);
    const wanted = given.filter(({ name }) => name !== "y" && name !== "dy");
    recordLines(read, new Map(nodes), new Map(wanted.map(({ name, shape }) => [`d${name}`, shape])));
    return "";
  } catch (error) {
    if (error instanceof ContractError) return error.message;
    throw error;
  }
}

/** The same layers, through which these lines go back together; `backwardProblem` says what is wrong with others. */
export function withBackward(layers: readonly Layer[], name: string, lines: readonly string[]): Layer[] {
  const [first, ...rest] = layers;
  return mayStand(first)
    ? [{ ...first, backward: { name, layers: layers.length, lines } }, ...rest]
    : [...layers];
}

const known = new WeakMap<readonly string[], readonly BackwardLine[]>();

/**
 * Goes back through a layer by its own backward.
 *
 * @param parameters The layer's own, in their order.
 * @returns The gradients of x and of the parameters, in this order.
 */
export function goBack<T extends TensorLike>(
  ops: Ops<T>,
  { layers, lines }: { readonly layers: readonly Layer[]; readonly lines: readonly string[] },
  tensors: { readonly x: T; readonly y: T; readonly dy: T; readonly parameters: readonly T[] },
): T[] {
  const { x, y, dy, parameters } = tensors;
  const names = parametersOf(layers).map(({ name }) => name);
  const read = known.get(lines) ?? readLines(lines, languageOf(names));
  known.set(lines, read);
  const given = new Map([
    ["x", x],
    ["y", y],
    ["dy", dy],
    ...names.map((name, at) => [name, parameters[at]] as const),
  ]);
  const called = new Map([
    ["dx", `${x.name}.g`],
    ...names.map((name, at) => [`d${name}`, `${parameters[at].name}.g`] as const),
  ]);
  return runLines(ops, read, given, called);
}
