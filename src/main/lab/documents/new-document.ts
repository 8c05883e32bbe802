import type { NewDocument } from "../../../shared/documents/document-records.ts";
import { DEFAULT_HEADER, type LabDocument } from "../../../shared/documents/lab-document.ts";

const COPY_TITLE = / \(copy(?: \d+)?\)$/;

/** A notebook with one cell, where nothing stands. */
export function emptyDocument(): LabDocument {
  const cell = {
    kind: "code",
    id: "c1",
    marker: "code",
    attributes: {},
    source: "",
    metadata: null,
  } as const;
  return { header: DEFAULT_HEADER, cells: [cell], metadata: null };
}

/** "Relu (copy)", "Relu (copy 2)"; "Untitled", "Untitled 2": the first that is not taken. A text has its own title. */
export function freeTitle(kind: NewDocument["kind"], title: string, titles: readonly string[]): string {
  if (kind === "text") return title;
  const taken = new Set(titles);
  const plain = title.replace(COPY_TITLE, "");
  for (let count = 1; ; count++) {
    const number = count === 1 ? "" : ` ${count}`;
    const free = kind === "copy" ? `${plain} (copy${number})` : `${title}${number}`;
    if (!taken.has(free)) return free;
  }
}
