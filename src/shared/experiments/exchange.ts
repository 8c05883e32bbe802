import * as v from "valibot";
import { trainLayerSpecSchema } from "../specs/layer-spec.ts";
import { trainSpecSchema } from "../specs/train-spec.ts";
import { importedRunsSchema } from "../runs/run-exports.ts";
import { importOutcomeSchema } from "./imported.ts";

/** Together: what a call may carry, with room to spare. Larger ones are chosen in the dialog. */
export const MOST_DROPPED_BYTES = 100_000_000;

const bytesSchema = v.custom<Uint8Array>((value) => value instanceof Uint8Array, "must be bytes");
/** A path inside of what was dropped: no way out of it. */
const innerPath = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(1_000),
  v.check(
    (path) =>
      path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !/[\\:\0]/.test(part)),
    "must be a path inside of what was dropped",
  ),
);
export const droppedFilesSchema = v.pipe(
  v.array(v.object({ path: innerPath, bytes: bytesSchema })),
  v.minLength(1, "there is no file in it"),
  v.maxLength(5_000, "drop at most 5,000 files; choose a folder in the dialog instead"),
);

/** How a matrix lies in a file: torch's (out, in), or Keras's and the lab's (in, out). */
export const weightLayoutSchema = v.picklist(["torch", "keras"]);

/** Weights of a file, or of .npy files together, for the network of a spec; what they do not say, a person does. */
export const weightsRequestSchema = v.object({
  spec: trainSpecSchema,
  files: v.pipe(
    v.array(v.object({ name: v.pipe(v.string(), v.minLength(1), v.maxLength(300)), bytes: bytesSchema })),
    v.minLength(1, "choose a file of weights"),
    v.maxLength(1_000, "choose at most 1,000 files of weights"),
  ),
  layout: v.optional(weightLayoutSchema),
  order: v.optional(v.pipe(v.array(v.string()), v.maxLength(1_000))),
});
export const weightsAnswerSchema = v.variant("kind", [
  /** As a training takes them to begin with. */
  v.object({ kind: v.literal("read"), bytes: bytesSchema, understood: v.string() }),
  v.object({
    kind: v.literal("asks"),
    asks: v.picklist(["layout", "order"]),
    choices: v.array(v.string()),
    message: v.string(),
  }),
]);

/** What became of files that were dropped on the window. */
export const droppedAnswerSchema = v.variant("kind", [
  v.object({ kind: v.literal("runs"), ...importOutcomeSchema.entries }),
  v.object({
    kind: v.literal("network"),
    layers: v.array(trainLayerSpecSchema),
    /** As a training takes them to begin with. */
    weights: bytesSchema,
    notes: v.array(v.string()),
  }),
  /** They need a network: the Train view asks for them with its spec. */
  v.object({ kind: v.literal("weights") }),
  v.object({ kind: v.literal("bundle"), ...importedRunsSchema.entries }),
  /** A table without steps: data rather than runs. */
  v.object({ kind: v.literal("data") }),
]);

/** What is written of a training: of a run, or of what a spec says. */
export const trainingExportSchema = v.object({
  training: v.union([
    v.object({ runId: v.pipe(v.string(), v.minLength(1), v.maxLength(100)) }),
    v.object({ spec: trainSpecSchema }),
  ]),
  what: v.picklist(["pytorch", "onnx"]),
  /** Of pytorch. */
  withData: v.boolean(),
  /** Of onnx: takes values as the data set holds them; gives probabilities. */
  normalise: v.boolean(),
  softmax: v.boolean(),
});
