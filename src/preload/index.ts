import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from "electron";
import type { IpcEvent, IpcEventName } from "../shared/ipc/ipc-contract.ts";
import type { LabBridge } from "../shared/ipc/lab-bridge.ts";
import { CALL_NAMES, EVENT_NAMES } from "virtual:ipc-names";

// As `channelOf` in the contract, which would bring every schema along.
const channelOf = (name: string) => `lab:${name}`;

// The page gets named functions and never ipcRenderer, so it can reach no channel outside the contract.
const calls = Object.fromEntries(
  CALL_NAMES.map((name) => {
    const channel = channelOf(name);
    return [name, (input: unknown) => ipcRenderer.invoke(channel, input)];
  }),
);

function on<N extends IpcEventName>(name: N, listener: (payload: IpcEvent<N>) => void): () => void {
  if (!EVENT_NAMES.includes(name)) throw new TypeError(`window.lab.on: there is no event "${name}"`);
  // Without Electron's own event object: it carries the sender.
  const forward = (_event: IpcRendererEvent, payload: IpcEvent<N>) => listener(payload);
  ipcRenderer.on(channelOf(name), forward);
  return () => {
    ipcRenderer.off(channelOf(name), forward);
  };
}

/** Only files that a person has chosen or dropped have a path, and only preload learns it: the page cannot name one. */
const datasetsPreview: LabBridge["datasetsPreview"] = ({ files, changes }) =>
  ipcRenderer.invoke(channelOf("datasetsPreview"), {
    paths: files.map((file) => webUtils.getPathForFile(file as File)).filter((path) => path !== ""),
    changes,
  });

const bridge = { ...calls, datasetsPreview, on, platform: process.platform } as unknown as LabBridge;
contextBridge.exposeInMainWorld("lab", Object.freeze(bridge));
