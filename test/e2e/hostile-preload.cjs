// The preload of a window that a test opens beside the app's own: it calls the app's channels from where nobody may.
const { contextBridge, ipcRenderer } = require("electron");

contextBridge.exposeInMainWorld("hostile", {
  invoke: (channel, ...payload) => ipcRenderer.invoke(channel, ...payload),
  send: (channel, ...payload) => ipcRenderer.send(channel, ...payload),
});
