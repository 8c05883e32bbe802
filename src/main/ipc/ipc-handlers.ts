import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as v from "valibot";
import type { Network } from "../../core/network/network.ts";
import { trainNetworkOf } from "../../shared/specs/network-spec.ts";
import { readParametersFile } from "../data/read-parameters.ts";
import type { IPC_CALLS, IpcCallName, IpcInput, IpcOutput } from "../../shared/ipc/ipc-contract.ts";
import type { Lab } from "../lab/lab.ts";
import { EXPORT_EXTENSIONS, type ExportKind, type SqlAnswer } from "../../shared/runs/run-exports.ts";
import { requirePng } from "./require-png.ts";
import type { AskWhere, AskWhich } from "./save-place.ts";
import { writeWholeFile } from "./write-whole-file.ts";
import { savePng, saveCsv } from "./save-file.ts";

/** A call's input after its schema has parsed it. */
export type ParsedInput<N extends IpcCallName> = v.InferOutput<(typeof IPC_CALLS)[N]["input"]>;

/** One answer for every call of the contract; a missing one does not compile. */
export type IpcHandlers = {
  readonly [N in IpcCallName]: (input: ParsedInput<N>) => IpcOutput<N> | Promise<IpcOutput<N>>;
};

export interface IpcServices {
  /** Opening; calls wait for it. */
  readonly lab: Promise<Lab>;
  readonly askWhere: AskWhere;
  /** Asks for a file to read; null when the person closes the dialog. */
  readonly askWhich: AskWhich;
  /** What the window shows, as PDF. */
  readonly printPage: () => Promise<Uint8Array>;
  /** Runs one SELECT on the database at `path`. */
  readonly querySql: (path: string, sql: string) => Promise<SqlAnswer>;
  readonly writeClipboard: (content: IpcInput<"clipboardWrite">) => Promise<void>;
}

/** What other views choose from; the Runs view has all. */
const RECENT_OF_EACH_KIND = 100;

const EXPORT_NAMES: Readonly<Record<ExportKind, string>> = {
  timings: "timings",
  metrics: "metrics",
  summary: "summary",
  gradchecks: "gradient checks",
  "ladder-samples": "ladder samples",
  "ladder-summary": "ladder summary",
  bundle: "bundle",
  database: "database",
};

export function ipcHandlers(services: IpcServices): IpcHandlers {
  const { lab, askWhere, askWhich, printPage, querySql, writeClipboard } = services;
  return {
    notebookDescribe: async () => [...(await lab).describeNotebook()],
    notebookState: async () => (await lab).notebookState(),
    notebookForecast: async (settings) => (await lab).forecastNotebook(settings),
    notebookRun: async ({ selection, settings }) => ({
      runId: (await lab).runNotebook(selection, settings).runId,
    }),
    ladderDescribe: async () => [...(await lab).describeLadder()],
    ladderForecast: async (settings) => (await lab).forecastLadder(settings),
    ladderStart: async (settings) => ({ runId: (await lab).startLadder(settings).runId }),
    ladderGet: async ({ runId }) => (await lab).getLadder(runId),
    ladderCompare: async ({ runId, otherRunId }) => (await lab).compareLadders(runId, otherRunId),
    ladderFindPyTorch: async () => (await lab).findPyTorch(),
    initPresets: async () => [...(await lab).initPresets()],
    initMeasure: async (settings) => (await lab).measureInit(settings),
    initSave: async (settings) => ({ runId: (await lab).saveInit(settings).runId }),
    initGet: async ({ runId }) => (await lab).getInit(runId),
    initBand: async ({ id }) => (await lab).initBand(id),
    stagesDescribe: async () => [...(await lab).describeStages()],
    stagesForecast: async (settings) => (await lab).forecastStages(settings),
    stagesStart: async (settings) => ({ runId: (await lab).startStages(settings).runId }),
    stagesGet: async ({ runId }) => (await lab).getStages(runId),
    stepperTrace: async (settings) => (await lab).traceNetwork(settings),
    gradcheckForecast: async (settings) => (await lab).forecastGradcheck(settings),
    gradcheckStart: async (settings) => ({ runId: (await lab).startGradcheck(settings).runId }),
    gradcheckGet: async ({ runId }) => (await lab).getGradcheck(runId),
    trainingForecast: async (spec) => (await lab).forecastTraining(spec),
    trainingStart: async ({ spec, weights, ...options }) => {
      const opened = await lab;
      const given = weights === undefined ? null : await parametersOf(trainNetworkOf(spec), weights);
      return { runId: opened.startTraining(spec, { ...options, given }).runId };
    },
    trainingFind: async ({ spec, weights, ...options }) => {
      const opened = await lab;
      const given = weights === undefined ? null : await parametersOf(trainNetworkOf(spec), weights);
      return opened.identifyTraining(spec, { ...options, given }).run;
    },
    trainingResume: async ({ runId }) => ({ runId: (await lab).resumeTraining(runId).runId }),
    trainingState: async () => (await lab).trainingState(),
    trainingControl: async (control) => {
      (await lab).controlTraining(control);
      return undefined;
    },
    trainingFindLr: async ({ spec, threads, weights }) => {
      const opened = await lab;
      const given = weights === undefined ? null : await parametersOf(trainNetworkOf(spec), weights);
      return opened.findLr(spec, { threads, given });
    },
    trainingQueueGet: async () => [...(await lab).trainingQueue()],
    trainingEnqueue: async ({ requests, note }) => {
      const opened = await lab;
      return requests.map(({ spec, threads }) => opened.enqueueTraining(spec, threads, note));
    },
    trainingDequeue: async ({ ids }) => {
      const opened = await lab;
      for (const id of ids) opened.dequeueTraining(id);
      return undefined;
    },
    trainingReport: async ({ runId }) => (await lab).getTrainingReport(runId),
    datasetsList: async () => [...(await (await lab).listDatasets())],
    datasetsPreview: async ({ files }) => (await lab).previewImport(files),
    datasetsAccept: async (choice) => (await lab).acceptImport(choice),
    datasetsRemove: async ({ id }) => {
      await (await lab).removeDataset(id);
      return undefined;
    },
    learnedInspect: async ({ runId, weights }) => (await lab).inspectTraining(runId, weights),
    learnedPredict: async ({ runId, weights, pixels }) => (await lab).predict(runId, weights, pixels),
    learnedSaveWeights: async ({ runId, weights, format }) => {
      const opened = await lab;
      const path = await askWhere(`weights of ${nameOf(opened, [runId])}`, format);
      if (path === null) return { kind: "dismissed" };
      return { kind: "saved", path, rows: await opened.saveWeights(runId, weights, { format, path }) };
    },
    activityState: async () => (await lab).activity(),
    activityCancel: async () => ({ cancelled: (await lab).cancel() }),
    runsList: async () => [...(await lab).listRuns(RECENT_OF_EACH_KIND)],
    runsGet: async ({ runId }) => (await lab).getRun(runId),
    runsTable: async (request) => (await lab).runs.table(request),
    runsCatalogue: async () => (await lab).runs.catalogue(),
    runsCurves: async (request) => [...(await (await lab).runs.curves(request))],
    runsBands: async (request) => [...(await (await lab).runs.bands(request))],
    runsCompare: async ({ runIds }) => (await lab).runs.compare(runIds),
    runsChange: async ({ runIds, change }) => [...(await lab).runs.change(runIds, change)],
    runsExport: async ({ what, runIds, weights }) => {
      const opened = await lab;
      const named = runIds === null ? "all runs" : nameOf(opened, runIds);
      const path = await askWhere(`${EXPORT_NAMES[what]} of ${named}`, EXPORT_EXTENSIONS[what]);
      if (path === null) return { kind: "dismissed" };
      const chosen = runIds ?? (await opened.runs.find("", "all"));
      return { kind: "saved", path, rows: await opened.runs.export({ what, runIds: chosen, path, weights }) };
    },
    runsImport: async () => {
      const path = await askWhich("Bundle of runs", "json");
      if (path === null) return { kind: "dismissed" };
      return { kind: "imported", path, ...(await (await lab).runs.import(path)) };
    },
    runsEmptyTrash: async ({ runIds }) => (await lab).runs.emptyTrash(runIds),
    viewsList: async () => [...(await lab).listViews()],
    viewsSave: async (view) => {
      (await lab).saveView(view);
      return undefined;
    },
    viewsDrop: async ({ name }) => {
      (await lab).dropView(name);
      return undefined;
    },
    reportSave: async ({ suggestedName }) => {
      const path = await askWhere(suggestedName, "pdf");
      if (path === null) return { kind: "dismissed" };
      await writeWholeFile(path, await printPage());
      return { kind: "saved", path, rows: 0 };
    },
    databaseCheck: async () => (await lab).runs.check(),
    databaseRepair: async () => (await lab).runs.repair(),
    databaseQuery: async ({ sql }) => querySql((await lab).diagnostics().database.path, sql),
    diagnosticsGet: async () => (await lab).diagnostics(),
    kernelsTune: async () => (await lab).tuneKernels(),
    clipboardWrite: async (content) => {
      if (content.kind === "png") requirePng(content.bytes, "The picture was not copied");
      await writeClipboard(content);
      return undefined;
    },
    fileSave: ({ suggestedName, content }) =>
      content.kind === "png"
        ? savePng(askWhere, suggestedName, content.bytes)
        : saveCsv(askWhere, suggestedName, content.text),
  };
}

/** Reads weights that the window was given. @throws {DataFormatError} If they are not of this network. */
async function parametersOf(network: Network, bytes: Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), "backprop-lab-weights-"));
  try {
    const path = join(folder, "weights.safetensors");
    await writeFile(path, bytes);
    return await readParametersFile(network, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The name of the only run, or how many there are. */
function nameOf(lab: Lab, runIds: readonly string[]): string {
  const [only, ...more] = runIds;
  return only === undefined || more.length > 0 ? `${runIds.length} runs` : lab.getRun(only).run.name;
}
