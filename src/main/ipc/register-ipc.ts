import { ipcMain, type BrowserWindow } from "electron";
import { channelOf, IPC_CALLS, type IpcCallName } from "../../shared/ipc/ipc-contract.ts";
import type { Log } from "../place/log.ts";
import { answerCall, refused } from "./answer-call.ts";
import type { IpcHandlers } from "./ipc-handlers.ts";
import { isTrustedSender } from "./trusted-sender.ts";

/** Answers every call of the contract for this window, once there are handlers. The only place that touches `ipcMain`. */
export function registerIpc(window: BrowserWindow, handlers: Promise<IpcHandlers>, log: Log): void {
  for (const name of Object.keys(IPC_CALLS) as IpcCallName[]) {
    ipcMain.handle(channelOf(name), async (event, ...payload: unknown[]) => {
      if (!isTrustedSender(event, window)) {
        const from = event.senderFrame?.url ?? "a frame that is gone";
        return refused(name, `it came from ${from}, not from the app's own window`, log);
      }
      if (payload.length > 1)
        return refused(name, `it has ${payload.length} arguments, at most 1 is expected`, log);
      return answerCall(name, await handlers, payload[0], log);
    });
  }
}
