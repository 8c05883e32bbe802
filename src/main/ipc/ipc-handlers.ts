import type * as v from "valibot";
import type { IPC_CALLS, IpcCallName, IpcOutput } from "../../shared/ipc-contract.ts";
import type { Lab } from "../lab/lab.ts";
import type { AskWhere } from "./save-place.ts";
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
  readonly writeClipboard: (text: string) => Promise<void>;
}

export function ipcHandlers({ lab, askWhere, writeClipboard }: IpcServices): IpcHandlers {
  return {
    notebookDescribe: async () => [...(await lab).describeNotebook()],
    notebookState: async () => (await lab).notebookState(),
    notebookForecast: async (settings) => (await lab).forecastNotebook(settings),
    notebookRun: async ({ selection, settings }) => ({
      runId: (await lab).runNotebook(selection, settings).runId,
    }),
    trainingStart: async (settings) => ({ runId: (await lab).startTraining(settings).runId }),
    activityState: async () => (await lab).activity(),
    activityCancel: async () => ({ cancelled: (await lab).cancel() }),
    runsList: async () => [...(await lab).listRuns()],
    runsGet: async ({ runId }) => (await lab).getRun(runId),
    runsExportTimings: async ({ runIds }) => {
      const opened = await lab;
      const path = await askWhere(timingsName(opened, runIds), "csv");
      if (path === null) return { kind: "dismissed" };
      return { kind: "saved", path, rows: await opened.exportTimings(runIds, path) };
    },
    diagnosticsGet: async () => (await lab).diagnostics(),
    kernelsTune: async () => (await lab).tuneKernels(),
    clipboardWrite: async ({ text }) => {
      await writeClipboard(text);
      return undefined;
    },
    fileSave: ({ suggestedName, content }) =>
      content.kind === "png"
        ? savePng(askWhere, suggestedName, content.bytes)
        : saveCsv(askWhere, suggestedName, content.text),
  };
}

function timingsName(lab: Lab, runIds: readonly string[]): string {
  const [only, ...more] = runIds;
  if (only === undefined || more.length > 0) return `timings of ${runIds.length} runs`;
  return `timings of ${lab.getRun(only).run.name}`;
}
