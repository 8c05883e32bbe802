import { ContractError } from "../errors.ts";
import type { OwnLoss } from "../expression/own-loss.ts";
import { activationName, type Activation } from "../ops/activation.ts";
import { branchesOf, isBlock, type Block, type ProductBlock, type ResidualBlock } from "./block.ts";

/** The backward pass that a layer of a person's own has instead of the lab's: lines as `readLines` reads them. */
export interface OwnBackward {
  readonly name: string;
  /** How many layers the person's layer is made of, this one counted. */
  readonly layers: number;
  readonly lines: readonly string[];
}

/** What may begin a layer of a person's own. */
interface MayBegin {
  /** Of the layer of a person's own that begins here, if it has one. */
  readonly backward?: OwnBackward;
}

/** Fully connected: y (N, out) = x (N, in) W + b. */
export interface LinearLayer extends MayBegin {
  readonly type: "linear";
  readonly in: number;
  readonly out: number;
  /** Factor on the weights when they are drawn, torch's `gain`; 1 without. */
  readonly gain?: number;
}

/** max(x, 0) − shift. */
export interface ReluLayer extends MayBegin {
  readonly type: "relu";
  readonly shift: number;
}

export interface ActivationLayer extends MayBegin {
  readonly type: "activation";
  readonly activation: Activation;
}

/** The layers of the notebook. */
export type PlainLayer = LinearLayer | ReluLayer | ActivationLayer;

/** While it trains, a value is 0 with probability `rate`, else 1 / (1 − rate) times itself; evaluated, it passes. */
export interface DropoutLayer {
  readonly type: "dropout";
  readonly rate: number;
  /** Of the mask of its own that it has at step 0; without, the training's seed and the layer's place give it one. */
  readonly seed?: number;
}

/** (x − mean) / √(variance + eps) · gain + bias, over the rows of the batch; evaluated, with running averages. */
export interface BatchNormLayer {
  readonly type: "batchNorm";
  readonly features: number;
  readonly momentum: number;
  readonly eps: number;
}

/** The same over the features of each row. */
export interface LayerNormLayer extends MayBegin {
  readonly type: "layerNorm";
  readonly features: number;
  readonly eps: number;
}

/** A layer without layers inside. */
export type SingleLayer = PlainLayer | DropoutLayer | BatchNormLayer | LayerNormLayer;
// As interfaces: a type that goes around by itself does not compile.
interface ResidualLayer extends ResidualBlock<Layer> {
  readonly type: "residual";
}
interface ProductLayer extends ProductBlock<Layer> {
  readonly type: "product";
}

/** One layer of a network as mathematics needs it; how its weights are drawn is said elsewhere. */
export type Layer = SingleLayer | ResidualLayer | ProductLayer;

/** What outputs are compared with targets by: `title` as forms show it, `classes` where outputs stand for classes. */
export const LOSSES = {
  mse: { title: "MSE", classes: false },
  l1: { title: "L1", classes: false },
  huber: { title: "Huber", classes: false },
  own: { title: "own loss", classes: false },
  mseOneHot: { title: "MSE on onehot", classes: true },
  crossEntropy: { title: "cross entropy", classes: true },
  binaryCrossEntropy: { title: "binary cross entropy", classes: true },
} as const;
export type LossName = keyof typeof LOSSES;

/** @throws {ContractError} If the network has none. */
export function requireOwnLoss({ ownLoss }: { readonly ownLoss?: OwnLoss | null | undefined }): OwnLoss {
  if (ownLoss !== undefined && ownLoss !== null) return ownLoss;
  throw new ContractError('the loss "own" is said by ownLoss, and there is none');
}
// A literal's keys are its own.
export const LOSS_NAMES = Object.keys(LOSSES) as LossName[];

/** Whether outputs stand for classes, and not for numbers. */
export const judgesClasses = (loss: LossName): boolean => LOSSES[loss].classes;

/** Layers one after another, and the loss at their end. */
export interface Network<L extends Layer = Layer> {
  readonly layers: readonly L[];
  readonly loss: LossName;
  /** Label smoothing of the cross entropy; 0 without. */
  readonly smoothing?: number;
  /** Of the Huber loss: from here on it grows linearly; 1 without. */
  readonly delta?: number;
  /** What the loss "own" is. */
  readonly ownLoss?: OwnLoss;
  /** Of the cross entropies, one a class or an output: torch's weight, and pos_weight of the binary one. */
  readonly classWeights?: readonly number[];
}
export type PlainNetwork = Network<PlainLayer>;

/** Name of the tensor that holds a loss's class weights, among the parameters. */
export const CLASS_WEIGHTS = "classWeights";

/** Names of the parameters of the linear layer number `index`, from 0: w1 and b1, w2 and b2, … */
export const parameterNames = (index: number): { readonly weight: string; readonly bias: string } => ({
  weight: `w${index + 1}`,
  bias: `b${index + 1}`,
});

/** Names of the normalising layer number `index`, from 0: gain1, shift1 and, of a batch norm, running1, … */
export const normNames = (
  index: number,
): { readonly gain: string; readonly shift: string; readonly running: string } => ({
  gain: `gain${index + 1}`,
  shift: `shift${index + 1}`,
  running: `running${index + 1}`,
});

/** The backward of a layer of a person's own that begins with this layer; null without. */
export const backwardFrom = (layer: Layer | undefined): OwnBackward | null =>
  layer !== undefined && "backward" in layer ? (layer.backward ?? null) : null;

/** All layers in order, those of blocks in the block's place, branch by branch. */
export const flatLayers = (layers: readonly Layer[]): readonly SingleLayer[] =>
  layers.flatMap((layer) => (isBlock(layer) ? branchesOf(layer).flatMap(flatLayers) : [layer]));

/** The types of all blocks, those inside of others among them. */
const blockTypes = (layers: readonly Layer[]): Block<Layer>["type"][] =>
  layers.flatMap((layer) => (isBlock(layer) ? [layer.type, ...branchesOf(layer).flatMap(blockTypes)] : []));

/** The linear layers in order. */
export const linearLayers = ({ layers }: Network): readonly LinearLayer[] =>
  flatLayers(layers).filter((layer) => layer.type === "linear");

/**
 * What a network keeps: what it learns, the running averages of batch norms (mean, variance), which only follow, and the
 * weights of classes, which stay.
 */
export interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
  readonly learned: boolean;
  /** Before the first step; null where it is drawn. */
  readonly begin: ((index: number) => number) | null;
}

/** Names and shapes of all parameters, in order: w1 (in, out), b1 (out,), …, and of the loss's class weights. */
export function parameterShapes({ layers, classWeights }: Network): readonly ParameterShape[] {
  let [linear, norm] = [0, 0];
  const ofLayers = flatLayers(layers).flatMap((layer): ParameterShape[] => {
    if (layer.type === "linear") {
      const { weight, bias } = parameterNames(linear++);
      return [
        { name: weight, shape: [layer.in, layer.out], learned: true, begin: null },
        { name: bias, shape: [layer.out], learned: true, begin: null },
      ];
    }
    if (layer.type !== "batchNorm" && layer.type !== "layerNorm") return [];
    const { gain, shift, running } = normNames(norm++);
    const { features } = layer;
    const learned: ParameterShape[] = [
      { name: gain, shape: [features], learned: true, begin: () => 1 },
      { name: shift, shape: [features], learned: true, begin: () => 0 },
    ];
    const begin = (index: number): number => (index < features ? 0 : 1);
    return layer.type === "layerNorm"
      ? learned
      : [...learned, { name: running, shape: [2, features], learned: false, begin }];
  });
  if (classWeights === undefined) return ofLayers;
  const begin = (index: number): number => classWeights[index];
  return [...ofLayers, { name: CLASS_WEIGHTS, shape: [classWeights.length], learned: false, begin }];
}

function kindOf(layer: SingleLayer): string[] {
  switch (layer.type) {
    case "linear":
      return [];
    case "activation":
      return [activationName(layer.activation)];
    case "relu":
    case "dropout":
      return [layer.type];
    case "batchNorm":
      return ["batch norm"];
    case "layerNorm":
      return ["layer norm"];
  }
}

/** "784-50-1, relu, MSE". */
export function networkTitle(network: Network): string {
  const linear = linearLayers(network);
  const widths = [linear[0]?.in ?? 0, ...linear.map(({ out }) => out)];
  const kinds = new Set(flatLayers(network.layers).flatMap(kindOf));
  for (const type of blockTypes(network.layers)) kinds.add(type);
  const shown = widths.length > 6 ? [widths[0], `… ${linear.length} layers …`, widths.at(-1)] : widths;
  return [shown.join("-"), ...kinds, network.ownLoss?.name ?? LOSSES[network.loss].title].join(", ");
}
