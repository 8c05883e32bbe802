import * as v from "valibot";
import { backwardLinesSchema, innerLayersSchema, type TrainLayerSpec } from "../specs/layer-spec.ts";
import type { OwnLossSpec } from "../specs/own-part-spec.ts";

/** Where a part comes from. */
const placeEntries = {
  name: v.string(),
  documentId: v.string(),
  /** The notebook's title. */
  notebook: v.string(),
  cell: v.string(),
  /** SHA-256 of the cell's code, of all that it needs, and of what it ran with. */
  codeHash: v.string(),
  /** That code; null where it is longer than is kept, or the cell ran in a version that did not keep it. */
  source: v.nullable(v.string()),
  /** ISO time of the run. */
  at: v.string(),
  /** Whether the cell still says what it ran with. */
  current: v.boolean(),
};

/** An activation, a loss or a layer that a cell of a notebook has defined when it ran last. */
export const notebookPartSchema = v.variant("kind", [
  v.object({
    kind: v.picklist(["activation", "loss"]),
    /** Formulas as a network's spec takes them; null where the backward is derived. */
    forward: v.string(),
    backward: v.nullable(v.string()),
    ...placeEntries,
  }),
  v.object({
    kind: v.literal("layer"),
    layers: innerLayersSchema,
    backward: v.nullable(backwardLinesSchema),
    ...placeEntries,
  }),
]);
export type NotebookPart = v.InferOutput<typeof notebookPartSchema>;
type FormulaPart = Exclude<NotebookPart, { readonly kind: "layer" }>;
type LayerPart = Extract<NotebookPart, { readonly kind: "layer" }>;

/** An activation by its formula. */
export type OwnActivationLayer = Extract<TrainLayerSpec, { readonly type: "own" }>;
/** A layer put together of others. */
export type OwnComposedLayer = Extract<TrainLayerSpec, { readonly type: "ownLayer" }>;
/** What may stand in a network in an activation's place. */
export type OwnLayer = OwnActivationLayer | OwnComposedLayer;

const originOf = ({ notebook, cell, codeHash, source }: NotebookPart) => ({
  notebook,
  cell,
  codeHash,
  ...(source === null ? {} : { source }),
});

/** As the loss of a network's spec. */
export const lossOfPart = (part: FormulaPart): OwnLossSpec => ({
  name: part.name,
  forward: part.forward,
  ...(part.backward === null ? {} : { backward: part.backward }),
  origin: originOf(part),
});

/** As an activation of a network's spec. */
export const layerOfPart = (part: FormulaPart): OwnActivationLayer => ({ type: "own", ...lossOfPart(part) });

/** As a layer of a network's spec. */
export const composedOfPart = (part: LayerPart): OwnComposedLayer => ({
  type: "ownLayer",
  name: part.name,
  init: "kaimingNormal",
  layers: part.layers,
  ...(part.backward === null ? {} : { backward: part.backward }),
  origin: originOf(part),
});
