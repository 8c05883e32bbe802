import type { Activation } from "../ops/activation.ts";

/** Fully connected: y (N, out) = x (N, in) W + b. */
export interface LinearLayer {
  readonly type: "linear";
  readonly in: number;
  readonly out: number;
}

/** max(x, 0) − shift. */
export interface ReluLayer {
  readonly type: "relu";
  readonly shift: number;
}

export interface ActivationLayer {
  readonly type: "activation";
  readonly activation: Activation;
}

/** One layer of a network as mathematics needs it; how its weights are drawn is said elsewhere. */
export type Layer = LinearLayer | ReluLayer | ActivationLayer;

export type LossName = "mse" | "crossEntropy";

/** Layers one after another, and the loss at their end. */
export interface Network {
  readonly layers: readonly Layer[];
  readonly loss: LossName;
}

/** Names of the parameters of the linear layer number `index`, from 0: w1 and b1, w2 and b2, … */
export const parameterNames = (index: number): { readonly weight: string; readonly bias: string } => ({
  weight: `w${index + 1}`,
  bias: `b${index + 1}`,
});

/** The linear layers in order. */
export const linearLayers = ({ layers }: Network): readonly LinearLayer[] =>
  layers.filter((layer) => layer.type === "linear");

/** Names and shapes of all parameters, in order: w1 (in, out), b1 (out,), … */
export function parameterShapes(network: Network): readonly { name: string; shape: readonly number[] }[] {
  return linearLayers(network).flatMap((layer, index) => {
    const { weight, bias } = parameterNames(index);
    return [
      { name: weight, shape: [layer.in, layer.out] },
      { name: bias, shape: [layer.out] },
    ];
  });
}

/** "784-50-1, relu, mse". */
export function networkTitle(network: Network): string {
  const linear = linearLayers(network);
  const widths = [linear[0]?.in ?? 0, ...linear.map(({ out }) => out)];
  const kinds = new Set(
    network.layers.flatMap((layer) =>
      layer.type === "linear" ? [] : [layer.type === "relu" ? "relu" : layer.activation.kind],
    ),
  );
  const shown = widths.length > 6 ? [widths[0], `… ${linear.length} layers …`, widths.at(-1)] : widths;
  return [shown.join("-"), ...kinds, network.loss === "mse" ? "MSE" : "cross entropy"].join(", ");
}
