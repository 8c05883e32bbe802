import type { IpcOutput } from "../../shared/ipc/ipc-contract.ts";
import type { AskWhere } from "./save-place.ts";
import { requirePng } from "./require-png.ts";
import { writeWholeFile } from "./write-whole-file.ts";

type Saved = IpcOutput<"fileSave">;

/** @throws {TypeError} If the bytes are not a PNG image. */
export async function savePng(askWhere: AskWhere, suggestedName: string, bytes: Uint8Array): Promise<Saved> {
  requirePng(bytes, `"${suggestedName}" was not saved`);
  return save(askWhere, suggestedName, "png", { content: bytes, rows: 0 });
}

/** Rows are the records below the header line. */
export async function saveCsv(askWhere: AskWhere, suggestedName: string, text: string): Promise<Saved> {
  const lines = text.split("\n").filter((line) => line.trim() !== "").length;
  return save(askWhere, suggestedName, "csv", { content: text, rows: Math.max(0, lines - 1) });
}

async function save(
  askWhere: AskWhere,
  suggestedName: string,
  extension: "csv" | "png",
  { content, rows }: { content: string | Uint8Array; rows: number },
): Promise<Saved> {
  const path = await askWhere(suggestedName, extension);
  if (path === null) return { kind: "dismissed" };
  await writeWholeFile(path, content);
  return { kind: "saved", path, rows };
}
