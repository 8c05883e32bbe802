import * as v from "valibot";
import type { TrainLayerSpec } from "../specs/network-spec.ts";
import type { OwnLossSpec } from "../specs/own-part-spec.ts";

/** An activation or a loss that a cell of a notebook has defined when it ran last. */
export const notebookPartSchema = v.object({
  kind: v.picklist(["activation", "loss"]),
  name: v.string(),
  /** Formulas as a network's spec takes them; null where the backward is derived. */
  forward: v.string(),
  backward: v.nullable(v.string()),
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
});
export type NotebookPart = v.InferOutput<typeof notebookPartSchema>;

export type OwnLayer = Extract<TrainLayerSpec, { readonly type: "own" }>;

/** As the loss of a network's spec. */
export const lossOfPart = ({
  name,
  forward,
  backward,
  notebook,
  cell,
  codeHash,
  source,
}: NotebookPart): OwnLossSpec => ({
  name,
  forward,
  ...(backward === null ? {} : { backward }),
  origin: { notebook, cell, codeHash, ...(source === null ? {} : { source }) },
});

/** As a layer of a network's spec. */
export const layerOfPart = (part: NotebookPart): OwnLayer => ({ type: "own", ...lossOfPart(part) });
