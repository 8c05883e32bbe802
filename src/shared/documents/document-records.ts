import * as v from "valibot";
import { countSchema, RUN_TEXT, timeSchema } from "../runs/run-records.ts";
import { DOCUMENT_MAX_BYTES } from "./lab-document.ts";

/** The notebook that comes with the app: backpropagation from scratch. */
export const SEED_NOTEBOOK_ID = "bundled-backprop";

export const documentIdSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(100));
export const documentTextSchema = v.pipe(
  v.string(),
  v.maxLength(DOCUMENT_MAX_BYTES, "a notebook may have at most 10 million characters"),
);
export const documentTitleSchema = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(RUN_TEXT.name));
export const documentTagsSchema = v.pipe(
  v.array(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(RUN_TEXT.tag))),
  v.maxLength(RUN_TEXT.tags),
);

/** A notebook as the library lists it. */
export const documentEntrySchema = v.object({
  id: v.string(),
  title: v.string(),
  /** Of the file in the notebooks folder: "Backward by hand.lab.ts". */
  file: v.string(),
  tags: v.array(v.string()),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  /** Counts saved texts from 1; what a save must be based on. 0 for what belongs to the app and never changes. */
  version: countSchema,
  cells: countSchema,
  /** Of its text in UTF-8. */
  sizeBytes: countSchema,
  /** Comes with the app: can be run and copied, not changed. */
  bundled: v.boolean(),
  /** Came from elsewhere and was never run here: running it is asked about once. */
  foreign: v.boolean(),
  /** In the trash since then, or null. */
  deletedAt: v.nullable(timeSchema),
  /** Why its text cannot be read, or null. */
  problem: v.nullable(v.string()),
});
export type DocumentEntry = v.InferOutput<typeof documentEntrySchema>;

/** What stands in the file now that somebody else has written it, beside what it was before. */
export const documentConflictSchema = v.object({
  /** The text that both began with. */
  base: v.string(),
  theirs: v.string(),
  /** Of theirs, which is kept as a version: save upon it to write over it. */
  version: countSchema,
});
export type DocumentConflict = v.InferOutput<typeof documentConflictSchema>;

export const openedDocumentSchema = v.object({
  entry: documentEntrySchema,
  text: v.string(),
  /** What was odd about it and how it was read, in words. */
  notices: v.array(v.string()),
  /**
   * Text that was typed and not saved when the app ended, where the file has changed meanwhile: `text` is theirs, so
   * merge. Where the file has not changed, it is in `text` already, and a notice says so.
   */
  unsaved: v.nullable(v.object({ mine: v.string(), base: v.string() })),
});
export type OpenedDocument = v.InferOutput<typeof openedDocumentSchema>;

export const savedDocumentSchema = v.variant("kind", [
  v.object({ kind: v.literal("saved"), entry: documentEntrySchema }),
  /** Nothing was written: the file, or the document here, is not what the text is based on. */
  v.object({ kind: v.literal("conflict"), conflict: documentConflictSchema }),
]);
export type SavedDocument = v.InferOutput<typeof savedDocumentSchema>;

/** What a new document begins with. */
export const newDocumentSchema = v.variant("kind", [
  v.object({ kind: v.literal("empty") }),
  /** A copy of another one, of one that comes with the app too ("Make it mine"). */
  v.object({ kind: v.literal("copy"), id: documentIdSchema }),
  /** The text of a `.lab.ts`. */
  v.object({ kind: v.literal("text"), text: documentTextSchema }),
]);
export type NewDocument = v.InferInput<typeof newDocumentSchema>;

export const documentVersionSchema = v.object({
  version: countSchema,
  at: timeSchema,
  /** What a person called it; named ones are kept for good. */
  name: v.nullable(v.string()),
  /** How it came to be. */
  origin: v.picklist(["new", "edit", "outside", "restored", "recovered"]),
  cells: countSchema,
  sizeBytes: countSchema,
});
export type DocumentVersion = v.InferOutput<typeof documentVersionSchema>;

export const importedDocumentSchema = v.variant("kind", [
  v.object({
    kind: v.literal("imported"),
    file: v.string(),
    entry: documentEntrySchema,
    notices: v.array(v.string()),
  }),
  v.object({ kind: v.literal("refused"), file: v.string(), message: v.string() }),
]);
export type ImportedDocument = v.InferOutput<typeof importedDocumentSchema>;

export const documentFormatSchema = v.picklist(["lab", "ipynb", "py", "html", "pdf"]);
export type DocumentExportFormat = v.InferOutput<typeof documentFormatSchema>;
