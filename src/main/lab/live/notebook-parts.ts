import { DataFormatError } from "../../../core/errors.ts";
import { isDefinedPart } from "../../../shared/live/part-text.ts";
import type { NotebookPart } from "../../../shared/live/notebook-part.ts";
import { MOST_SOURCE } from "../../../shared/specs/own-part-spec.ts";
import type { DocumentRecords } from "../../store/records/document-records.ts";
import { PlannedDocument } from "./planned-document.ts";

/** The text that a notebook has now; null where it is no notebook any more. */
function plannedOf(text: string): PlannedDocument | null {
  try {
    return PlannedDocument.of(text, null);
  } catch (error) {
    if (error instanceof DataFormatError) return null;
    throw error;
  }
}

/**
 * What the cells of all notebooks have defined, the newest first: it is read from what they gave, so it goes with the
 * cell, its outputs or the notebook.
 *
 * @param opened The document as the window has it; null where it is not open.
 * @throws {StoreError}
 */
export function notebookParts(
  documents: DocumentRecords,
  opened: (documentId: string) => PlannedDocument | null,
): NotebookPart[] {
  const planned = new Map<string, PlannedDocument | null>();
  const now = (id: string, version: number): PlannedDocument | null => {
    const before = planned.get(id);
    if (before !== undefined) return before;
    const found = opened(id) ?? plannedOf(documents.versionText(id, version) ?? "");
    planned.set(id, found);
    return found;
  };
  return documents.partOutputs().flatMap(({ document, cell, hash, at, result }) => {
    const present = now(document.id, document.version);
    const presentHash = present?.hashOf(cell) ?? null;
    if (present === null || presentHash === null) return [];
    const current = presentHash === hash;
    return result.outputs.flatMap((output): NotebookPart[] => {
      if (!isDefinedPart(output)) return [];
      const { name, source = current ? present.sourceOf(cell) : "" } = output;
      const place = { documentId: document.id, notebook: document.title, cell };
      const kept = source === "" || source.length > MOST_SOURCE ? null : source;
      const common = { name, ...place, codeHash: hash, source: kept, at, current };
      if (output.kind === "layer") {
        const { kind, layers, backward } = output;
        return [{ kind, layers, backward, ...common }];
      }
      const { kind, forward, backward } = output;
      return [{ kind, forward, backward, ...common }];
    });
  });
}
