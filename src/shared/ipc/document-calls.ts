import * as v from "valibot";
import {
  documentConflictSchema,
  documentEntrySchema,
  documentFormatSchema,
  documentIdSchema as id,
  documentTagsSchema,
  documentTextSchema as text,
  documentTitleSchema,
  documentVersionSchema,
  importedDocumentSchema,
  newDocumentSchema,
  openedDocumentSchema,
  savedDocumentSchema,
} from "../documents/document-records.ts";
import { documentRunReportSchema } from "../experiments/document-run.ts";
import { cellOutputSchema } from "../live/cell-output.ts";
import {
  cellStandingSchema,
  liveForecastSchema,
  liveSelectionSchema,
  liveSessionSchema,
  liveStateSchema,
  liveVariableSchema,
  storedCellSchema,
} from "../live/live-session.ts";
import { notebookPartSchema } from "../live/notebook-part.ts";
import { saved, suggestedName } from "./saved-file.ts";

const ids = v.pipe(v.array(id), v.minLength(1), v.maxLength(10_000));
const version = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const documentId = id;
/** Null: all of the notebook. */
const cells = v.nullable(v.array(v.string()));

/** Calls about notebooks that people write: their texts, and what their cells give. Part of the table IPC_CALLS. */
export const DOCUMENT_CALLS = {
  /** Those that come with the app first, then the newest; with a search only those whose title, tags or text have it. */
  documentsList: {
    input: v.object({ search: v.pipe(v.string(), v.maxLength(1_000)) }),
    output: v.array(documentEntrySchema),
  },
  documentsCreate: {
    input: v.object({ from: newDocumentSchema, title: v.nullable(documentTitleSchema) }),
    output: documentEntrySchema,
  },
  documentsOpen: { input: v.object({ id }), output: openedDocumentSchema },
  /** Keeps the text against a crash, without touching the file; at most a few times a second while somebody types. */
  documentsKeep: { input: v.object({ id, text, baseVersion: version }), output: v.undefined() },
  /** Writes the whole text to the file, as a new version. */
  documentsSave: { input: v.object({ id, text, baseVersion: version }), output: savedDocumentSchema },
  /** Changes the title in the text and the name of the file. */
  documentsRename: { input: v.object({ id, title: documentTitleSchema }), output: documentEntrySchema },
  documentsTag: { input: v.object({ ids, tags: documentTagsSchema }), output: v.array(documentEntrySchema) },
  documentsTrash: { input: v.object({ ids }), output: v.undefined() },
  documentsRestore: { input: v.object({ ids }), output: v.undefined() },
  /** For good, with versions and outputs; only what is in the trash. */
  documentsDelete: { input: v.object({ ids }), output: v.undefined() },
  /** A person wants to run what came from elsewhere. */
  documentsTrust: { input: v.object({ id }), output: documentEntrySchema },
  documentsVersions: { input: v.object({ id }), output: v.array(documentVersionSchema) },
  documentsVersionText: { input: v.object({ id, version }), output: v.object({ text: v.string() }) },
  /** Makes an earlier text the newest version. */
  documentsRestoreVersion: {
    input: v.object({ id, version, baseVersion: version }),
    output: savedDocumentSchema,
  },
  documentsNameVersion: {
    input: v.object({ id, version, name: v.nullable(documentTitleSchema) }),
    output: v.undefined(),
  },
  /** `.lab.ts` and `.ipynb` that the window was given; null asks for files in main's own dialog. */
  documentsImport: {
    input: v.object({
      files: v.nullable(
        v.pipe(
          v.array(v.object({ name: v.pipe(v.string(), v.maxLength(1_000)), text: v.string() })),
          v.maxLength(200),
        ),
      ),
    }),
    output: v.array(importedDocumentSchema),
  },
  /** Asks for a place, then writes the text given with the outputs kept (HTML, PDF, .ipynb). */
  documentsExport: {
    input: v.object({
      id,
      text,
      format: documentFormatSchema,
      /** What the file could be called; else the notebook's title. */
      name: v.optional(suggestedName),
    }),
    output: saved,
  },

  /** Where the cells of this text stand, what they gave last and what the sandbox holds. Starts nothing. */
  sessionGet: { input: v.object({ documentId, text }), output: liveSessionSchema },
  /** Only where the cells stand: after an edit. */
  sessionStandings: { input: v.object({ documentId, text }), output: v.array(cellStandingSchema) },
  sessionForecast: {
    input: v.object({ documentId, text, selection: liveSelectionSchema }),
    output: liveForecastSchema,
  },
  /** Starts and answers at once; the rest comes as events. More cells may be queued while some of this document run. */
  sessionRun: {
    input: v.object({ documentId, text, selection: liveSelectionSchema }),
    output: v.object({ cells: v.array(v.string()), runId: v.nullable(v.string()) }),
  },
  /** Ends the cell that runs and forgets the queue; all variables stay. */
  sessionStop: { input: v.object({ documentId }), output: v.undefined() },
  /** A fresh sandbox: all names are gone, what was shown stays. */
  sessionRestart: { input: v.object({ documentId }), output: liveStateSchema },
  /** The document was closed: its sandbox ends, what its cells gave stays. */
  sessionClose: { input: v.object({ documentId }), output: v.undefined() },
  /** What a run of a whole notebook has left; runs of the earlier, fixed notebook have none. */
  sessionReport: {
    input: v.object({ runId: v.string() }),
    output: v.object({ runId: v.string(), report: v.nullable(documentRunReportSchema) }),
  },
  /** Activations and losses that cells of the library's notebooks have defined, the newest first. */
  sessionParts: { input: v.undefined(), output: v.array(notebookPartSchema) },
  /** Forgets what these cells gave; null: all of them. */
  sessionClearOutputs: { input: v.object({ documentId, cells }), output: v.undefined() },
  /** Brings back what was cleared, but for cells that have given something since. */
  sessionRestoreOutputs: { input: v.object({ documentId, cells }), output: v.undefined() },
} as const;

/** Events about notebooks that people write. Part of the table IPC_EVENTS. */
export const DOCUMENT_EVENTS = {
  /** Saved, renamed, tagged, trusted. */
  documentChanged: documentEntrySchema,
  /** Some came or went: ask for the list again. */
  documentsChanged: v.object({}),
  /** Somebody else wrote the file of a document that is open here. */
  documentChangedOutside: v.object({ id: v.string(), conflict: documentConflictSchema }),
  sessionChanged: liveStateSchema,
  /** As the running cell says it, in order. */
  sessionOutput: v.object({ documentId: v.string(), cell: v.string(), output: cellOutputSchema }),
  /** A cell ended; its whole result, in place of the outputs that came before. */
  sessionCellEnded: v.object({ documentId: v.string(), stored: storedCellSchema }),
  /** After each cell. */
  sessionStandingsChanged: v.object({ documentId: v.string(), cells: v.array(cellStandingSchema) }),
  sessionVariablesChanged: v.object({ documentId: v.string(), variables: v.array(liveVariableSchema) }),
} as const;
