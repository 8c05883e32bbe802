import * as v from "valibot";
import type { TrainLayerSpec } from "../specs/network-spec.ts";

/** An activation that a cell of a notebook has defined when it ran last. */
export const notebookActivationSchema = v.object({
  name: v.string(),
  /** Formulas of z, and of z and dy; null where the backward is derived. */
  forward: v.string(),
  backward: v.nullable(v.string()),
  documentId: v.string(),
  /** The notebook's title. */
  notebook: v.string(),
  cell: v.string(),
  /** SHA-256 of the cell's code, of all that it needs, and of what it ran with. */
  codeHash: v.string(),
  /** ISO time of the run. */
  at: v.string(),
  /** Whether the cell still says what it ran with. */
  current: v.boolean(),
});
export type NotebookActivation = v.InferOutput<typeof notebookActivationSchema>;

export type OwnLayer = Extract<TrainLayerSpec, { readonly type: "own" }>;

/** As a layer of a network's spec. */
export const layerOfActivation = ({
  name,
  forward,
  backward,
  notebook,
  cell,
  codeHash,
}: NotebookActivation): OwnLayer => ({
  type: "own",
  name,
  forward,
  ...(backward === null ? {} : { backward }),
  origin: { notebook, cell, codeHash },
});
