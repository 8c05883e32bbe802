// As a whole: older runtimes have no ClipboardItem, and an import by that name would end the app at its start.
import electron from "electron";
import type { IpcInput } from "../../shared/ipc/ipc-contract.ts";

/** Puts a text or a picture on the clipboard. */
export async function writeClipboard(content: IpcInput<"clipboardWrite">): Promise<void> {
  const { clipboard, nativeImage } = electron;
  if (content.kind === "text") {
    await clipboard.writeText(content.text);
    return;
  }
  const png = Buffer.from(content.bytes);
  // Older runtimes have a call of its own; newer ones take items, as a web page does.
  const writeImage: unknown = Reflect.get(clipboard, "writeImage");
  if (typeof writeImage === "function") {
    Reflect.apply(writeImage, clipboard, [nativeImage.createFromBuffer(png)]);
    return;
  }
  await clipboard.write([
    new electron.ClipboardItem({ "image/png": new Blob([png], { type: "image/png" }) }),
  ]);
}
