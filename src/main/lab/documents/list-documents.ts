import type { DocumentEntry } from "../../../shared/documents/document-records.ts";
import type { DocumentRecords } from "../../store/records/document-records.ts";
import type { BundledDocuments } from "./bundled-documents.ts";
import { entryOf } from "./document-keeper.ts";

/** What is listed. */
export interface ListedFrom {
  readonly bundled: BundledDocuments;
  readonly documents: Pick<DocumentRecords, "all" | "versionText">;
  /** By file of the folder, why it cannot be read. */
  readonly problems: ReadonlyMap<string, string>;
  readonly now: Date;
}

/**
 * Notebooks that have `search` in their title, tags or text, in small or capital letters; all where it is empty. What
 * comes with the app first, then files that cannot be read, then the newest.
 */
export async function listDocuments(
  { bundled, documents, problems, now }: ListedFrom,
  search: string,
): Promise<DocumentEntry[]> {
  const ofApp = await Promise.all(
    (await bundled.list()).map(async (entry) => ({
      entry,
      text: search === "" ? "" : (await bundled.open(entry.id)).text,
    })),
  );
  const rows = documents.all();
  const own = rows.map((row) => ({
    entry: entryOf(row, problems.get(row.file) ?? null),
    text: search === "" ? "" : (documents.versionText(row.id, row.version) ?? ""),
  }));
  const known = new Set(rows.map(({ file }) => file));
  const unreadable = [...problems].flatMap(([file, problem]) =>
    known.has(file) ? [] : [{ entry: unreadableEntry(file, problem, now), text: "" }],
  );
  const wanted = search.toLowerCase();
  const listed = [...ofApp, ...unreadable, ...own].filter(({ entry, text }) =>
    [entry.title, ...entry.tags, text].some((part) => part.toLowerCase().includes(wanted)),
  );
  return listed.map(({ entry }) => entry);
}

/** A file of the folder that is no notebook, so that a person sees it and why. */
const unreadableEntry = (file: string, problem: string, now: Date): DocumentEntry => ({
  id: `unreadable-${file}`.slice(0, 100),
  title: file,
  file,
  tags: [],
  createdAt: now.toISOString(),
  updatedAt: now.toISOString(),
  version: 0,
  cells: 0,
  sizeBytes: 0,
  bundled: false,
  foreign: true,
  deletedAt: null,
  problem,
});
