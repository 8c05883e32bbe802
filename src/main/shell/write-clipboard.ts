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
  // Older runtimes have a call of its own; newer ones take items, as a web page does. The types of one know nothing
  // of the other's, so both are asked for by name.
  const writeImage: unknown = Reflect.get(clipboard, "writeImage");
  if (typeof writeImage === "function") {
    Reflect.apply(writeImage, clipboard, [nativeImage.createFromBuffer(png)]);
    return;
  }
  const write: unknown = Reflect.get(clipboard, "write");
  const Item: unknown = Reflect.get(electron, "ClipboardItem");
  if (typeof write !== "function" || typeof Item !== "function") {
    throw new TypeError(
      "This runtime has no way to put a picture on the clipboard; save it as a file instead.",
    );
  }
  const item: unknown = Reflect.construct(Item, [{ "image/png": new Blob([png], { type: "image/png" }) }]);
  await Reflect.apply(write, clipboard, [[item]]);
}
