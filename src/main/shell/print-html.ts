import { BrowserWindow, session } from "electron";

/** A session of its own, in memory: it reaches nothing but the page itself. */
const PARTITION = "print";

/** Prints a page without scripts on A4, in a window that nobody sees. */
export async function printHtml(html: string): Promise<Uint8Array> {
  session.fromPartition(PARTITION).webRequest.onBeforeRequest(({ url }, answer) => {
    answer({ cancel: !url.startsWith("data:") });
  });
  const window = new BrowserWindow({
    show: false,
    webPreferences: { partition: PARTITION, javascript: false, sandbox: true, contextIsolation: true },
  });
  try {
    await window.loadURL(`data:text/html;charset=utf-8;base64,${Buffer.from(html).toString("base64")}`);
    return await window.webContents.printToPDF({ printBackground: true, pageSize: "A4" });
  } finally {
    window.destroy();
  }
}
