import * as v from "valibot";
import { forecastSchema } from "../experiments/forecast.ts";
import {
  ladderComparisonSchema,
  ladderForecastSchema,
  ladderRecordSchema,
  ladderSettingsSchema,
  rungDescriptionSchema,
  rungResultSchema,
} from "../experiments/ladder.ts";
import {
  machineSchema,
  metricPointSchema,
  runDetailsSchema,
  runEventSchema,
  runKindSchema,
  runSummarySchema,
} from "../runs/run-records.ts";
import {
  gradcheckForecastSchema,
  gradcheckRecordSchema,
  gradcheckSettingsSchema,
  gradientReportSchema,
} from "../experiments/gradcheck.ts";
import {
  initBandSchema,
  initPresetSchema,
  initRecordSchema,
  initReportSchema,
  initSettingsSchema,
} from "../experiments/init.ts";
import {
  stageDescriptionSchema,
  stageResultSchema,
  stagesRecordSchema,
  stagesSettingsSchema,
} from "../experiments/stages.ts";
import { stepperSettingsSchema, traceSchema } from "../experiments/stepper.ts";
import { dialectChangesSchema, importPlanSchema, importPreviewSchema } from "../experiments/data-import.ts";
import { datasetDetailsSchema, testRowsSchema, testScoreSchema } from "../experiments/dataset-details.ts";
import { DATASET_FORMATS } from "../experiments/dataset-formats.ts";
import { datasetSchema } from "../experiments/dataset.ts";
import {
  drawnImageSchema,
  exampleSchema,
  importanceSchema,
  learnedSchema,
  predictionSchema,
  unitPicturesSchema,
  weightsChoiceSchema,
} from "../experiments/learned.ts";
import { LESSON_CALLS, LESSON_EVENTS } from "../experiments/lessons.ts";
import { trainSpecSchema } from "../specs/train-spec.ts";
import {
  activationHistogramSchema,
  MOST_QUEUED,
  queuedTrainingSchema,
  trainingControlSchema,
  trainingForecastSchema,
  trainingReportSchema,
  givenWeightsSchema,
  queuedRequestSchema,
  trainingRequestSchema,
  trainingStateSchema,
} from "../experiments/training.ts";
import { lrSearchRecordSchema } from "../experiments/lr-search.ts";
import { profileOrderSchema, profileRecordSchema } from "../experiments/step-profile.ts";
import {
  clusterFoundSchema,
  clusterOptionsSchema,
  clusterSweepStatusSchema,
  collectedSweepSchema,
  knownSweepSchema,
  scriptPreviewRequestSchema,
  submittedSweepSchema,
  windowSweepRequestSchema,
} from "../experiments/cluster-sweep.ts";
import { runChangeSchema } from "../runs/run-changes.ts";
import { compareRequestSchema, runComparisonSchema } from "../runs/run-comparison.ts";
import {
  bandsRequestSchema,
  curvesRequestSchema,
  drawnBandSchema,
  drawnCurveSchema,
} from "../runs/run-curves.ts";
import {
  databaseCheckSchema,
  emptiedTrashSchema,
  exportKindSchema,
  importedRunsSchema,
  sqlAnswerSchema,
} from "../runs/run-exports.ts";
import {
  runCatalogueSchema,
  runTableRequestSchema,
  runTableSchema,
  runViewSchema,
} from "../runs/run-table.ts";
import {
  droppedAnswerSchema,
  droppedFilesSchema,
  trainingExportSchema,
  weightsAnswerSchema,
  weightsRequestSchema,
} from "../experiments/exchange.ts";
import { followedSchema, importedReportSchema, importOutcomeSchema } from "../experiments/imported.ts";
import { tuningReportSchema } from "../experiments/tuning.ts";
import { DOCUMENT_CALLS, DOCUMENT_EVENTS } from "./document-calls.ts";
import { saved, suggestedName } from "./saved-file.ts";
import { COMMAND_IDS, commandStateSchema, recentEntrySchema } from "./window-commands.ts";

/** The long piece of work that is on, or null: shown at the top of every view with Cancel. */
export const activitySchema = v.object({
  /** Null for work that leaves no run. */
  runId: v.nullable(v.string()),
  kind: v.picklist([
    ...runKindSchema.options,
    "stepper",
    "tuning",
    "import",
    "compacting",
    "exporting",
    "data",
  ]),
  title: v.string(),
  phase: v.string(),
  /** 0 to 1, or null while unknown. */
  fraction: v.nullable(v.number()),
  elapsedMs: v.number(),
  etaMs: v.nullable(v.number()),
  cancelling: v.boolean(),
});
export type Activity = v.InferOutput<typeof activitySchema>;

const loopDelayFields = { p50: v.number(), p99: v.number(), max: v.number() };
/** Delay of the main process's event loop in milliseconds: median, 99th percentile, longest. */
const loopDelaySchema = v.object(loopDelayFields);
export type LoopDelay = v.InferOutput<typeof loopDelaySchema>;
const activityDelaySchema = v.object({ name: v.string(), ...loopDelayFields });
export type ActivityDelay = v.InferOutput<typeof activityDelaySchema>;

/** What the diagnostics page and `lab doctor` show. */
export const diagnosticsSchema = v.object({
  appVersion: v.string(),
  machine: machineSchema,
  napi: v.string(),
  sqlite: v.string(),
  /** Where Electron came from: installed, official, cypress, or unknown. */
  runtimeSource: v.string(),
  threads: v.number(),
  pool: v.object({ workers: v.number(), healthy: v.boolean(), note: v.string() }),
  /** Every set of kernels this build has: whether it computes rightly on this runtime, how fast, which is in use. */
  tuning: tuningReportSchema,
  /** Flags of V8 that the app has set for its kernels. */
  v8Flags: v.array(v.string()),
  arena: v.object({
    usedBytes: v.number(),
    committedBytes: v.number(),
    maximumBytes: v.number(),
    /** The most that was ever committed. */
    peakBytes: v.number(),
    /** To the system, since the start: idle memory. */
    givenBackBytes: v.number(),
  }),
  /** Since it was last read. */
  eventLoopDelayMs: loopDelaySchema,
  /** From the start to the end of the last run, of an earlier start of the app if need be; null before the first. */
  lastActivityDelayMs: v.nullable(activityDelaySchema),
  rssBytes: v.number(),
  peakRssBytes: v.number(),
  database: v.object({
    path: v.string(),
    sizeBytes: v.number(),
    schemaVersion: v.number(),
    runs: v.number(),
    /** SQLite's answer when it checked the file: "ok", or what is wrong. */
    integrity: v.string(),
    /** What was damaged when it was opened, what took its place and what is missing; in words, none where all is well. */
    damage: v.array(v.string()),
    readOnly: v.boolean(),
  }),
  logPath: v.string(),
  /** Everything that limits this installation, in words: no SIMD, root without sandbox, old runtime. */
  warnings: v.array(v.string()),
});
export type Diagnostics = v.InferOutput<typeof diagnosticsSchema>;

const nothing = v.undefined();
/** A sweep on a cluster, by its id: the page names no folders. */
const sweepId = v.object({ id: v.string() });
const runId = v.pipe(v.string(), v.minLength(1), v.maxLength(100));

/**
 * Every question the window may ask main: name → input and output schema. Preload builds `window.lab` from this
 * table, main must answer each entry, and both directions are parsed.
 */
export const IPC_CALLS = {
  ...DOCUMENT_CALLS,
  ladderDescribe: { input: nothing, output: v.array(rungDescriptionSchema) },
  ladderForecast: { input: ladderSettingsSchema, output: ladderForecastSchema },
  /** Starts and answers at once; rungs come as events. Refused while another activity is on. */
  ladderStart: { input: ladderSettingsSchema, output: v.object({ runId: v.string() }) },
  ladderGet: { input: v.object({ runId }), output: ladderRecordSchema },
  ladderCompare: { input: v.object({ runId, otherRunId: runId }), output: ladderComparisonSchema },
  /** Looks for a `python3` with torch; asked for once by the user. */
  ladderFindPyTorch: {
    input: nothing,
    output: v.object({ version: v.nullable(v.string()), reason: v.string() }),
  },
  initPresets: { input: nothing, output: v.array(initPresetSchema) },
  /** Draws, computes and answers; leaves no run. Refused while an activity is on. */
  initMeasure: { input: initSettingsSchema, output: initReportSchema },
  initForecast: { input: initSettingsSchema, output: forecastSchema },
  /** As `initMeasure`, as a run in the database. */
  initSave: { input: initSettingsSchema, output: v.object({ runId: v.string() }) },
  initGet: { input: v.object({ runId }), output: initRecordSchema },
  /** Draws a preset with 30 seeds; leaves no run. */
  initBand: { input: v.object({ id: initPresetSchema.entries.id }), output: initBandSchema },
  stagesDescribe: { input: nothing, output: v.array(stageDescriptionSchema) },
  stagesForecast: { input: stagesSettingsSchema, output: forecastSchema },
  /** Starts and answers at once; stages come as events. Refused while another activity is on. */
  stagesStart: { input: stagesSettingsSchema, output: v.object({ runId: v.string() }) },
  stagesGet: { input: v.object({ runId }), output: stagesRecordSchema },
  stepperForecast: { input: stepperSettingsSchema, output: forecastSchema },
  /** Runs forward and backward op by op and tells what each left; leaves no run. Refused while an activity is on. */
  stepperTrace: { input: stepperSettingsSchema, output: traceSchema },
  gradcheckForecast: { input: gradcheckSettingsSchema, output: gradcheckForecastSchema },
  /** Starts and answers at once; reports come as events. Refused while another activity is on. */
  gradcheckStart: { input: gradcheckSettingsSchema, output: v.object({ runId: v.string() }) },
  gradcheckGet: { input: v.object({ runId }), output: gradcheckRecordSchema },
  trainingForecast: { input: trainSpecSchema, output: trainingForecastSchema },
  /** Starts and answers at once; metrics come as events. Refused while another activity is on. */
  trainingStart: { input: trainingRequestSchema, output: v.object({ runId: v.string() }) },
  /** The run that this request would be, if it is there already. */
  trainingFind: { input: trainingRequestSchema, output: v.nullable(runSummarySchema) },
  /** With `underNewId` a copy goes on where kernels, version or data are not those that it was begun with. */
  trainingResume: {
    input: v.object({ runId, underNewId: v.boolean() }),
    output: v.object({ runId: v.string() }),
  },
  trainingState: { input: nothing, output: trainingStateSchema },
  /** Pause, go on, another learning rate; refused while no training is on. */
  trainingControl: { input: trainingControlSchema, output: nothing },
  /** Trains with a rising learning rate to find one; answers at once. Refused while an activity is on. */
  lrsearchStart: { input: trainingRequestSchema, output: v.object({ runId: v.string() }) },
  lrsearchGet: { input: v.object({ runId }), output: lrSearchRecordSchema },
  /** Trains some seconds to say where the time of a step goes; answers at once. Refused while an activity is on. */
  profileStart: { input: profileOrderSchema, output: v.object({ runId: v.string() }) },
  profileGet: { input: v.object({ runId }), output: profileRecordSchema },
  trainingQueueGet: { input: nothing, output: v.array(queuedTrainingSchema) },
  trainingEnqueue: {
    input: v.object({
      requests: v.pipe(
        v.array(queuedRequestSchema),
        v.maxLength(
          MOST_QUEUED,
          `the queue takes ${MOST_QUEUED} trainings at once: copy the sweep and run it from the command line`,
        ),
      ),
      /** Of all of them. */
      weights: givenWeightsSchema,
      note: v.string(),
    }),
    output: v.array(queuedTrainingSchema),
  },
  /** Lets go on what an earlier session has left in the queue, and what did not start. */
  trainingQueueGoOn: { input: nothing, output: nothing },
  trainingDequeue: { input: v.object({ ids: v.array(v.string()) }), output: nothing },
  trainingReport: { input: v.object({ runId }), output: trainingReportSchema },
  /** Whether there is a Slurm here or on a login node. */
  sweepsFind: { input: v.object({ host: clusterOptionsSchema.entries.host }), output: clusterFoundSchema },
  sweepsScript: { input: scriptPreviewRequestSchema, output: v.object({ script: v.string() }) },
  /** Asks for a folder, then submits a sweep in it; null when the person closes the dialog. */
  sweepsSubmit: { input: windowSweepRequestSchema, output: v.nullable(submittedSweepSchema) },
  /** Asks for the folder of a sweep that was submitted elsewhere. */
  sweepsOpen: { input: nothing, output: v.nullable(knownSweepSchema) },
  sweepsList: { input: nothing, output: v.array(knownSweepSchema) },
  sweepsStatus: { input: sweepId, output: clusterSweepStatusSchema },
  /** Refused while an activity is on. */
  sweepsCollect: { input: sweepId, output: collectedSweepSchema },
  /** Takes what is done by itself from now on, or no longer. */
  sweepsCollectByItself: { input: v.object({ ...sweepId.entries, on: v.boolean() }), output: nothing },
  sweepsAgain: { input: sweepId, output: submittedSweepSchema },
  sweepsCancel: { input: sweepId, output: v.object({ tasks: v.number() }) },
  sweepsLog: {
    input: v.object({ ...sweepId.entries, index: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
    output: v.nullable(v.object({ file: v.string(), text: v.string() })),
  },
  sweepsForget: { input: sweepId, output: nothing },
  datasetsList: { input: nothing, output: v.array(datasetSchema) },
  datasetsDetails: { input: v.object({ id: v.string() }), output: datasetDetailsSchema },
  /**
   * Reads files that the window was given; they are kept until they are accepted or others come. The page hands over File
   * objects, of which preload tells the paths: it cannot name a path itself. Refused while an activity is on.
   */
  datasetsPreview: {
    input: v.object({
      paths: v.pipe(v.array(v.string()), v.maxLength(100_000)),
      changes: dialectChangesSchema,
    }),
    output: importPreviewSchema,
  },
  /** The previewed files once more, as a table of another dialect. Refused while an activity is on. */
  datasetsReread: { input: v.object({ changes: dialectChangesSchema }), output: importPreviewSchema },
  /** Refused while an activity is on. */
  datasetsAccept: { input: importPlanSchema, output: datasetSchema },
  datasetsDismiss: { input: nothing, output: nothing },
  datasetsRemove: { input: v.object({ id: v.string() }), output: nothing },
  datasetsRestore: { input: v.object({ id: v.string() }), output: datasetSchema },
  /** Asks for a place, then writes all rows. Refused while an activity is on. */
  datasetsExport: {
    input: v.object({ id: v.string(), format: v.picklist(DATASET_FORMATS) }),
    output: saved,
  },
  /** How many test rows a training's data has and how often they were looked at; looks at none. */
  predictTestRows: { input: v.object({ runId }), output: testRowsSchema },
  /** Scores a training's network on the test rows of its data, and counts the look. Refused while an activity is on. */
  predictTest: { input: v.object({ runId, weights: weightsChoiceSchema }), output: testScoreSchema },
  /** Which weights a training has kept; the first is what it came to. */
  learnedWeights: { input: v.object({ runId }), output: v.array(weightsChoiceSchema) },
  /** What a training's network has learned, on its validation rows. Refused while an activity is on. */
  learnedInspect: { input: v.object({ runId, weights: weightsChoiceSchema }), output: learnedSchema },
  /** Refused while an activity is on. */
  learnedImportance: { input: v.object({ runId, weights: weightsChoiceSchema }), output: importanceSchema },
  /** Validation rows, or training rows where there are no others, with their own gradients. */
  learnedExamples: {
    input: v.object({
      runId,
      weights: weightsChoiceSchema,
      rows: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.maxLength(48)),
    }),
    output: v.array(exampleSchema),
  },
  learnedPredict: {
    input: v.object({ runId, weights: weightsChoiceSchema, pixels: drawnImageSchema }),
    output: predictionSchema,
  },
  /** Asks for a place, then writes the weights there. */
  learnedSaveWeights: {
    input: v.object({ runId, weights: weightsChoiceSchema, format: v.picklist(["safetensors", "npy"]) }),
    output: saved,
  },
  ...LESSON_CALLS,
  activityState: { input: nothing, output: v.nullable(activitySchema) },
  activityCancel: { input: nothing, output: v.object({ cancelled: v.boolean() }) },
  /** The newest hundred of each kind, without those in the trash. */
  runsList: { input: nothing, output: v.array(runSummarySchema) },
  runsGet: { input: v.object({ runId }), output: runDetailsSchema },
  /** A stretch of the table of all runs, filtered, sorted, grouped. */
  runsTable: { input: runTableRequestSchema, output: runTableSchema },
  runsCatalogue: { input: nothing, output: runCatalogueSchema },
  /** Curves thinned out for a drawing. */
  runsCurves: { input: curvesRequestSchema, output: v.array(drawnCurveSchema) },
  /** Means over runs that belong together, over seeds for example. */
  runsBands: { input: bandsRequestSchema, output: v.array(drawnBandSchema) },
  runsCompare: { input: compareRequestSchema, output: runComparisonSchema },
  runsChange: {
    input: v.object({ runIds: v.pipe(v.array(runId), v.minLength(1)), change: runChangeSchema }),
    output: v.array(runSummarySchema),
  },
  /** Asks for a place in main's own dialog, then writes; no runs are all that are not in the trash. */
  runsExport: {
    input: v.object({ what: exportKindSchema, runIds: v.nullable(v.array(runId)), weights: v.boolean() }),
    output: saved,
  },
  /** Asks for bundles in main's own dialog. Refused while an activity is on. */
  runsImport: {
    input: nothing,
    output: v.variant("kind", [
      v.object({
        kind: v.literal("imported"),
        path: v.string(),
        /** Why some of many bundles were not taken. */
        failures: v.array(v.string()),
        ...importedRunsSchema.entries,
      }),
      v.object({ kind: v.literal("dismissed") }),
    ]),
  },
  /** Asks for a place, then writes a training as PyTorch or ONNX. Refused while an activity is on. */
  exchangeExport: { input: trainingExportSchema, output: saved },
  /** Asks for a file or folder of other tools' runs; reads it, or follows it while it grows. */
  exchangeImport: {
    input: v.object({ folder: v.boolean(), follow: v.boolean() }),
    output: v.variant("kind", [
      v.object({ kind: v.literal("imported"), path: v.string(), ...importOutcomeSchema.entries }),
      v.object({ kind: v.literal("followed"), ...followedSchema.entries }),
      v.object({ kind: v.literal("dismissed") }),
    ]),
  },
  /** Takes files that were dropped on the window. Refused while an activity is on, where they are runs. */
  exchangeDrop: { input: v.object({ files: droppedFilesSchema }), output: droppedAnswerSchema },
  exchangeMatchWeights: { input: weightsRequestSchema, output: weightsAnswerSchema },
  exchangeReport: { input: v.object({ runId }), output: importedReportSchema },
  exchangeFollowed: { input: nothing, output: v.array(followedSchema) },
  exchangeUnfollow: { input: v.object({ source: v.string() }), output: nothing },
  /** Deletes for good; null is everything in the trash. Refused while an activity is on. */
  runsEmptyTrash: { input: v.object({ runIds: v.nullable(v.array(runId)) }), output: emptiedTrashSchema },
  viewsList: { input: nothing, output: v.array(runViewSchema) },
  viewsSave: { input: runViewSchema, output: nothing },
  viewsDrop: { input: v.object({ name: v.string() }), output: nothing },
  /** Asks for a place, then prints what the window shows. */
  reportSave: { input: v.object({ suggestedName }), output: saved },
  databaseCheck: { input: nothing, output: databaseCheckSchema },
  databaseRepair: { input: nothing, output: databaseCheckSchema },
  /** One SELECT on the database, in a process of its own that is ended when it takes too long. */
  databaseQuery: {
    input: v.object({ sql: v.pipe(v.string(), v.maxLength(100_000)) }),
    output: sqlAnswerSchema,
  },
  /** Asks for notebooks and bundles of runs in main's own dialog; what came of each is told as an event. */
  filesOpen: { input: nothing, output: nothing },
  /** What was opened lately, the newest first. */
  filesRecent: { input: nothing, output: v.array(recentEntrySchema) },
  /** Opens one of them; what came of it is told as an event. */
  filesOpenRecent: { input: v.object({ id: v.string() }), output: nothing },
  filesClearRecent: { input: nothing, output: nothing },
  /** How the page's commands stand: the menu shows it. */
  menuShow: { input: commandStateSchema, output: nothing },
  diagnosticsGet: { input: nothing, output: diagnosticsSchema },
  /** Tests and times the kernels again; answers when that is done. Refused while another activity is on. */
  kernelsTune: { input: nothing, output: tuningReportSchema },
  clipboardWrite: {
    input: v.variant("kind", [
      v.object({ kind: v.literal("text"), text: v.pipe(v.string(), v.maxLength(10_000_000)) }),
      v.object({ kind: v.literal("png"), bytes: v.instance(Uint8Array) }),
    ]),
    output: nothing,
  },
  /** Chart as PNG or CSV, table as CSV: main asks where. */
  fileSave: {
    input: v.object({
      suggestedName,
      content: v.variant("kind", [
        v.object({ kind: v.literal("csv"), text: v.pipe(v.string(), v.maxLength(50_000_000)) }),
        v.object({ kind: v.literal("png"), bytes: v.instance(Uint8Array) }),
      ]),
    }),
    output: saved,
  },
} as const;

/** Everything main tells the window unasked: name → payload schema. */
export const IPC_EVENTS = {
  ...DOCUMENT_EVENTS,
  ...LESSON_EVENTS,
  activityChanged: v.nullable(activitySchema),
  /** A rung was verified, skipped or has new samples; at most 5 a second a rung, and once when it is done. */
  rungChanged: v.object({ runId: v.string(), result: rungResultSchema }),
  /** While PyTorch is looked for: the whole path of the Python that is started next, null when none is. */
  pythonTried: v.object({ python: v.nullable(v.string()) }),
  stageFinished: v.object({ runId: v.string(), result: stageResultSchema }),
  gradientReported: v.object({ runId: v.string(), report: gradientReportSchema }),
  /** At most 20 a second. */
  trainingMetrics: v.object({ runId: v.string(), points: v.array(metricPointSchema) }),
  /** At most 5 a second. */
  trainingEvent: v.object({ runId: v.string(), event: runEventSchema }),
  /** Of data of two features: at most sixty times a second. */
  trainingPictures: v.object({ runId: v.string(), step: v.number(), pictures: unitPicturesSchema }),
  trainingHistogram: v.object({ runId: v.string(), histogram: activationHistogramSchema }),
  trainingChanged: trainingStateSchema,
  trainingQueueChanged: v.array(queuedTrainingSchema),
  /** Main has looked at a sweep that it collects by itself. */
  sweepLooked: v.object({ id: v.string(), status: clusterSweepStatusSchema }),
  /** Runs of a sweep have been taken by itself. */
  sweepCollected: v.object({
    id: v.string(),
    name: v.string(),
    runs: v.number(),
    /** Of these, what trainings that have failed or are lost had. */
    unfinished: v.number(),
  }),
  /** What is followed while it grows, whenever there are new numbers. */
  followedChanged: v.array(followedSchema),
  runChanged: runSummarySchema,
  /** A person changed these runs; null: some came or went. */
  runsChanged: v.object({ runs: v.nullable(v.array(runSummarySchema)) }),
  /** A menu command that the window carries out. */
  menuCommand: v.picklist(COMMAND_IDS),
  /** The newest first. */
  recentChanged: v.array(recentEntrySchema),
  /** A file that a person opened with the app has been taken in: show it. */
  fileOpened: v.variant("kind", [
    v.object({
      kind: v.literal("notebook"),
      documentId: v.string(),
      /** The file of which a copy was added; null where the library had it. */
      addedFrom: v.nullable(v.string()),
    }),
    v.object({
      kind: v.literal("runs"),
      path: v.string(),
      ...importedRunsSchema.entries,
    }),
    v.object({ kind: v.literal("data"), preview: importPreviewSchema }),
  ]),
  /** A failure that belongs to no call, ready to show. */
  failure: v.object({ title: v.string(), message: v.string() }),
} as const;

export type IpcCallName = keyof typeof IPC_CALLS;
export type IpcInput<N extends IpcCallName> = v.InferInput<(typeof IPC_CALLS)[N]["input"]>;
export type IpcOutput<N extends IpcCallName> = v.InferOutput<(typeof IPC_CALLS)[N]["output"]>;
export type IpcEventName = keyof typeof IPC_EVENTS;
export type IpcEvent<N extends IpcEventName> = v.InferOutput<(typeof IPC_EVENTS)[N]>;

/** Electron channel of a call or an event. */
export const channelOf = (name: IpcCallName | IpcEventName): string => `lab:${name}`;
