import { backwardFrom, parameterShapes, type Layer, type Network } from "../../../core/network/network.ts";

/** Layers that go back together, with the parameters that they learn. */
interface Part {
  /** Of the layer of a person's own whose backward it is; null where the gradients are the lab's. */
  readonly own: string | null;
  readonly names: readonly string[];
  /** Whether it is an activation whose backward is a person's own: it may be to blame as well. */
  readonly isOwnActivation: boolean;
}

const isOwnActivation = (layer: Layer | undefined): boolean =>
  layer?.type === "activation" && layer.activation.kind === "own" && layer.activation.backward !== null;

/** A network's layers, those of a backward of a person's own together. */
function partsOf(network: Network): Part[] {
  const learned = (layers: readonly Layer[]) =>
    parameterShapes({ layers, loss: network.loss }).filter((parameter) => parameter.learned);
  const names = learned(network.layers).map(({ name }) => name);
  const parts: Part[] = [];
  let taken = 0;
  for (let at = 0; at < network.layers.length;) {
    const backward = backwardFrom(network.layers[at]);
    const layers = network.layers.slice(at, at + (backward?.layers ?? 1));
    const count = learned(layers).length;
    parts.push({
      own: backward?.name ?? null,
      names: names.slice(taken, taken + count),
      isOwnActivation: backward === null && isOwnActivation(layers[0]),
    });
    taken += count;
    at += layers.length;
  }
  return parts;
}

/**
 * Which backward of a person's own gives a gradient that is not the derivative, in words: the first on the way back from
 * the loss; "" where none is to blame.
 *
 * @param failed Names of the gradients that a check has failed: x, w1, …
 */
export function saidOfBackward(network: Network, failed: ReadonlySet<string>): string {
  let behind: string | null = null;
  const input: Part = { own: null, names: ["x"], isOwnActivation: false };
  for (const part of [input, ...partsOf(network)].toReversed()) {
    const wrong = part.names.filter((name) => failed.has(name)).join(", ");
    if (wrong === "") {
      behind = part.isOwnActivation ? null : (part.own ?? behind);
      continue;
    }
    const of = part.own ?? behind;
    if (of === null) return "";
    const what = part.own !== null || wrong === "x" ? wrong : `x, and that goes on to ${wrong},`;
    return `The gradient that your backward of ${of} gives ${what} is not the derivative of its forward.`;
  }
  return "";
}
