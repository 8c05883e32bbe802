import type { IpcCallName, IpcEventName } from "../shared/ipc-contract.ts";

// Names only, so that the schema library stays out of the preload; a name missing here or too many does not compile.
export const CALL_NAMES = {
  notebookDescribe: true,
  notebookState: true,
  notebookForecast: true,
  notebookRun: true,
  ladderDescribe: true,
  ladderForecast: true,
  ladderStart: true,
  ladderGet: true,
  ladderCompare: true,
  ladderExport: true,
  ladderFindPyTorch: true,
  trainingStart: true,
  activityState: true,
  activityCancel: true,
  runsList: true,
  runsGet: true,
  runsExportTimings: true,
  diagnosticsGet: true,
  kernelsTune: true,
  clipboardWrite: true,
  fileSave: true,
} satisfies Record<IpcCallName, true>;

export const EVENT_NAMES = {
  activityChanged: true,
  cellStarted: true,
  cellFinished: true,
  rungChanged: true,
  trainingMetrics: true,
  runChanged: true,
  menuCommand: true,
  failure: true,
} satisfies Record<IpcEventName, true>;
