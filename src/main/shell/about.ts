import { app, clipboard, dialog, type BrowserWindow } from "electron";

/** Name, version and everything a report of a fault needs, ready to copy. */
export async function showAbout(window: BrowserWindow, runtimeSource: string): Promise<void> {
  const { electron, chrome, node, v8 } = process.versions;
  const detail = [
    `Version ${app.getVersion()}`,
    `Electron ${electron} (${runtimeSource}), Chrome ${chrome}, Node ${node}, V8 ${v8}`,
    `${process.platform} ${process.arch}, ${process.getSystemVersion()}`,
  ].join("\n");
  const { response } = await dialog.showMessageBox(window, {
    type: "info",
    title: `About ${app.getName()}`,
    message: app.getName(),
    detail,
    buttons: ["Close", "Copy"],
    defaultId: 0,
    cancelId: 0,
  });
  if (response === 1) await clipboard.writeText(`${app.getName()}\n${detail}`);
}
