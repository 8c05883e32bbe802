import * as v from "valibot";
import {
  activationFacts,
  SIMPLE_ACTIVATION_NAMES,
  type SimpleActivation,
} from "../../core/ops/activation.ts";
import { LONGEST_LINE, MOST_LINES } from "../../core/network/own-backward/read-lines.ts";
import { ownLayerSpecSchema, partName, partOrigin } from "./own-part-spec.ts";
import { wholeNumber } from "./number-schemas.ts";

const finiteNumber = (what: string) =>
  v.pipe(v.number(`${what} must be a number`), v.finite(`${what} must be finite`));

export const MOST_WIDTH = 100_000;

/**
 * How a linear layer's weights are drawn; biases are zero, except with `torchLinear`. Fans as in our layout (in, out):
 * torch stores the transpose, so on a tensor of our shape its fan_out is our fan in.
 */
export const INITIALISATIONS = {
  normal: "plain normal, std 1",
  scaledNormal: "normal / √n",
  xavierNormal: "Xavier normal",
  xavierUniform: "Xavier uniform",
  kaimingNormal: "Kaiming normal, fan in",
  kaimingNormalFanOut: "Kaiming normal, fan out",
  kaimingUniform: "Kaiming uniform, fan in",
  kaimingUniformFanOut: "Kaiming uniform, fan out",
  torchLinear: "torch's Linear: a = √5",
  orthogonal: "orthogonal",
  lsuv: "LSUV, tolerance 0.001",
  zeros: "all zeros",
  constant: "constant 0.01",
} as const;
export const initialisationSchema = v.picklist(
  Object.keys(INITIALISATIONS) as (keyof typeof INITIALISATIONS)[],
);
export type Initialisation = v.InferOutput<typeof initialisationSchema>;

/** Factor on a layer's drawn weights, as torch's `gain`; with `normal` it is the standard deviation itself. */
export const gainSchema = v.pipe(
  v.number("gain must be a number"),
  v.minValue(1e-6, "gain must be at least 0.000001"),
  v.maxValue(1_000, "gain must be at most 1,000"),
);

/** Layers without parameters. */
const activations = [
  v.strictObject({ type: v.literal("relu"), shift: v.optional(finiteNumber("shift"), 0) }),
  v.strictObject({ type: v.literal("leakyRelu"), slope: v.optional(finiteNumber("slope"), 0.01) }),
  v.strictObject({ type: v.picklist(SIMPLE_ACTIVATION_NAMES) }),
  ownLayerSpecSchema,
] as const;

/** A layer without a layer inside. A linear layer without `init` is drawn by Kaiming normal, fan in. */
const plainLayers = [
  v.strictObject({
    type: v.literal("linear"),
    in: wholeNumber("in", 1, MOST_WIDTH),
    out: wholeNumber("out", 1, MOST_WIDTH),
    init: v.optional(initialisationSchema, "kaimingNormal"),
    gain: v.optional(gainSchema),
  }),
  ...activations,
] as const;
export const layerSpecSchema = v.variant("type", plainLayers);
export type LayerSpec = v.InferOutput<typeof layerSpecSchema>;

const eps = v.optional(
  v.pipe(
    v.number("eps must be a number"),
    v.finite("eps must be finite"),
    v.minValue(1e-12, "eps must be at least 1e-12"),
  ),
  1e-5,
);
/** At least 0, and below 1. */
export const share = (what: string) =>
  v.pipe(
    v.number(`${what} must be a number`),
    v.minValue(0, `${what} must be at least 0`),
    v.check((value) => value < 1, `${what} must be below 1`),
  );
/** Those that behave otherwise while they train, and layer norm. */
const norms = [
  v.strictObject({ type: v.literal("dropout"), rate: v.optional(share("the dropout rate"), 0.5) }),
  v.strictObject({
    type: v.literal("batchNorm"),
    momentum: v.optional(
      v.pipe(
        v.number("momentum must be a number"),
        v.minValue(0.001, "momentum must be at least 0.001"),
        v.maxValue(1, "momentum must be at most 1"),
      ),
      0.1,
    ),
    eps,
  }),
  v.strictObject({ type: v.literal("layerNorm"), eps }),
] as const;
const trainableLayers = [...plainLayers, ...norms] as const;

const MOST_INSIDE = 50;
/** What a residual block holds, of these layers. */
const insideOf = <S extends v.GenericSchema>(layer: S) =>
  v.pipe(
    v.array(layer),
    v.minLength(1, "a residual block must hold at least one layer"),
    v.maxLength(MOST_INSIDE, `a residual block can hold at most ${MOST_INSIDE} layers`),
  );
const residualOf = <S extends v.GenericSchema>(inside: S) =>
  v.strictObject({ type: v.literal("residual"), layers: inside });
/** A branch of a product, of these layers; one without any is what comes in. */
const branchOf = <S extends v.GenericSchema>(layer: S) =>
  v.pipe(
    v.array(layer),
    v.maxLength(MOST_INSIDE, `a branch of a product can hold at most ${MOST_INSIDE} layers`),
  );
const productOf = <S extends v.GenericSchema>(branch: S) =>
  v.strictObject({ type: v.literal("product"), left: branch, right: branch });

const singleLayerSchema = v.variant("type", trainableLayers);
/** A layer of the lab without layers inside. */
export type SingleLayerSpec = v.InferOutput<typeof singleLayerSchema>;
// Lists have names, so that what is inferred of a spec stays short enough for the compiler.
export interface BranchLayers extends ReadonlyArray<SingleLayerSpec> {
  readonly length: number;
}
export interface BranchLayersInput extends ReadonlyArray<v.InferInput<typeof singleLayerSchema>> {
  readonly length: number;
}
const branchSchema: v.GenericSchema<BranchLayersInput, BranchLayers> = branchOf(singleLayerSchema);
const productSchema = productOf(branchSchema);
const layerInBlockSchema = v.variant("type", [...trainableLayers, productSchema]);
/** What a residual block may hold. */
export type LayerInBlock = v.InferOutput<typeof layerInBlockSchema>;
export interface BlockLayers extends ReadonlyArray<LayerInBlock> {
  readonly length: number;
}
export interface BlockLayersInput extends ReadonlyArray<v.InferInput<typeof layerInBlockSchema>> {
  readonly length: number;
}
const blockLayersSchema: v.GenericSchema<BlockLayersInput, BlockLayers> = insideOf(layerInBlockSchema);

/**
 * A width inside a layer of one's own: a number, or what comes in, n, as ⌊n · times / per⌋ + plus, and at least 1.
 */
const innerWidthSchema = v.union(
  [
    wholeNumber("out", 1, MOST_WIDTH),
    v.strictObject({
      times: wholeNumber("times", 1, 1_000),
      per: v.optional(wholeNumber("per", 1, 1_000), 1),
      plus: v.optional(wholeNumber("plus", -MOST_WIDTH, MOST_WIDTH), 0),
    }),
  ],
  'out must be a whole number, or a part of what comes in, as in {"times": 1, "per": 4}',
);
export type InnerWidth = v.InferOutput<typeof innerWidthSchema>;

const innerLayers = [
  v.strictObject({ type: v.literal("linear"), out: innerWidthSchema }),
  ...activations,
  ...norms,
] as const;
const innerProduct = productOf(branchOf(v.variant("type", innerLayers)));
/** What a layer of one's own is made of; its widths go by what comes in. */
const innerLayerSchema = v.variant("type", [
  ...innerLayers,
  innerProduct,
  residualOf(insideOf(v.variant("type", [...innerLayers, innerProduct]))),
]);
export type InnerLayer = v.InferOutput<typeof innerLayerSchema>;
export interface InnerLayers extends ReadonlyArray<InnerLayer> {
  readonly length: number;
}
export interface InnerLayersInput extends ReadonlyArray<v.InferInput<typeof innerLayerSchema>> {
  readonly length: number;
}
export const innerLayersSchema: v.GenericSchema<InnerLayersInput, InnerLayers> = v.pipe(
  v.array(innerLayerSchema),
  v.minLength(1, "a layer of one's own must hold at least one layer"),
  v.maxLength(50, "a layer of one's own can hold at most 50 layers"),
);

/** The backward pass of a layer of one's own: a line a gradient, and a line what several of them need. */
export const backwardLinesSchema = v.pipe(
  v.array(
    v.pipe(
      v.string('a line of backward must be a text, as in "dx = dy @ t(w1)"'),
      v.maxLength(LONGEST_LINE, `a line of backward can have at most ${LONGEST_LINE} characters`),
    ),
    'backward must be a list of lines, as in ["dx = dy @ t(w1)"]',
  ),
  v.minLength(1, "backward must have at least one line"),
  v.maxLength(MOST_LINES, `backward can have at most ${MOST_LINES} lines`),
);

/** A layer that a person has put together of others under a name of its own. */
export const composedLayerSchema = v.strictObject({
  type: v.literal("ownLayer"),
  name: partName("layer"),
  /** How its linear layers are drawn. */
  init: v.optional(initialisationSchema, "kaimingNormal"),
  gain: v.optional(gainSchema),
  layers: innerLayersSchema,
  /** Lines of its backward pass, "dx = dy @ t(w1)"; without, every gradient is the lab's own. */
  backward: v.optional(backwardLinesSchema),
  origin: partOrigin,
});
export type ComposedLayer = v.InferOutput<typeof composedLayerSchema>;

/**
 * A product, f(x) ⊙ g(x), holds layers but no block; a residual block, x + f(x), layers and products. No block holds a
 * layer of one's own.
 */
export const trainLayerSpecSchema = v.variant("type", [
  ...trainableLayers,
  productSchema,
  residualOf(blockLayersSchema),
  composedLayerSchema,
]);
export type TrainLayerSpec = v.InferOutput<typeof trainLayerSpecSchema>;

/** Whether a layer is an activation without parameters. */
export const isSimpleActivation = <L extends TrainLayerSpec>(
  layer: L,
): layer is Extract<L, { readonly type: SimpleActivation }> => activationFacts(layer.type) !== null;
