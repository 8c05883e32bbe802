import type {
  DocumentEntry,
  DocumentExportFormat,
  ImportedDocument,
  NewDocument,
} from "../../../shared/documents/document-records.ts";
import type { WireError } from "../../../shared/ipc/wire-error.ts";
import { ask, wireErrorOf } from "../../bridge/lab.ts";
import { createStore } from "../../store/create-store.ts";
import { showFailure, showInfo, showUndo } from "../../store/lab-store.ts";
import { saving } from "../../store/save.ts";
import { requestFocus } from "../cell/focus-request.ts";
import {
  closeDocument,
  hearTitle,
  openDocument,
  openStore,
  saveNow,
  textOf,
} from "../document/open-notebook.ts";

export interface Library {
  readonly search: string;
  /** Null until main has answered. */
  readonly entries: readonly DocumentEntry[] | null;
  readonly failure: WireError | null;
}

export const libraryStore = createStore<Library>({ search: "", entries: null, failure: null });

export async function loadLibrary(): Promise<void> {
  const { search } = libraryStore.get();
  try {
    const entries = await ask(window.lab.documentsList({ search }));
    if (libraryStore.get().search === search) libraryStore.set({ search, entries, failure: null });
  } catch (error) {
    libraryStore.set({ ...libraryStore.get(), failure: wireErrorOf(error) });
  }
}

export function searchLibrary(search: string): void {
  libraryStore.set({ ...libraryStore.get(), search });
  void loadLibrary();
}

/** Takes up what main says of one notebook. */
export function updateEntry(entry: DocumentEntry): void {
  const { entries, ...rest } = libraryStore.get();
  if (entries === null) return;
  libraryStore.set({ ...rest, entries: entries.map((one) => (one.id === entry.id ? entry : one)) });
}

async function attempt<T>(failure: string, action: () => Promise<T>): Promise<T | null> {
  try {
    return await action();
  } catch (error) {
    showFailure(failure, error);
    return null;
  }
}

/** Makes a notebook and opens it. */
export async function createDocument(from: NewDocument, title: string | null): Promise<void> {
  await saveNow();
  const entry = await attempt("The notebook was not made", () =>
    ask(window.lab.documentsCreate({ from, title })),
  );
  if (entry === null) return;
  await loadLibrary();
  await openDocument(entry.id);
  const [first] = openStore.get()?.edit.document.cells ?? [];
  // An empty notebook is there to be written in.
  if (first !== undefined) requestFocus({ cell: first.id, mode: from.kind === "empty" ? "edit" : "command" });
}

export async function renameDocument(id: string, title: string): Promise<void> {
  await saveNow();
  const entry = await attempt("The notebook was not renamed", () =>
    ask(window.lab.documentsRename({ id, title })),
  );
  if (entry === null) return;
  updateEntry(entry);
  hearTitle(entry);
}

export async function tagDocument(id: string, tags: readonly string[]): Promise<void> {
  const entries = await attempt("The tags were not changed", () =>
    ask(window.lab.documentsTag({ ids: [id], tags: [...tags] })),
  );
  for (const entry of entries ?? []) updateEntry(entry);
}

export async function trashDocument({ id, title }: DocumentEntry): Promise<void> {
  if (openStore.get()?.entry.id === id) await closeDocument();
  const done = await attempt("The notebook was not deleted", async () => {
    await ask(window.lab.documentsTrash({ ids: [id] }));
    return true;
  });
  if (done === null) return;
  await loadLibrary();
  showUndo(`"${title}" is in the trash`, "Undo", () => void restoreDocument(id));
}

export async function restoreDocument(id: string): Promise<void> {
  await attempt("The notebook was not restored", () => ask(window.lab.documentsRestore({ ids: [id] })));
  await loadLibrary();
}

export async function deleteForGood(id: string): Promise<void> {
  await attempt("The notebook was not deleted", () => ask(window.lab.documentsDelete({ ids: [id] })));
  await loadLibrary();
}

async function takeImported(imported: readonly ImportedDocument[]): Promise<void> {
  await loadLibrary();
  for (const one of imported) {
    if (one.kind === "refused") showFailure(`${one.file} was not imported`, new Error(one.message));
    else if (one.notices.length > 0) showInfo(`${one.file} imported`, one.notices.join(" "));
  }
  const first = imported.find((one) => one.kind === "imported");
  if (first !== undefined) await openDocument(first.entry.id);
}

/** Main asks for the files. */
export async function importDocuments(): Promise<void> {
  const imported = await attempt("Nothing was imported", () =>
    ask(window.lab.documentsImport({ files: null })),
  );
  if (imported !== null) await takeImported(imported);
}

/** Files that were dropped on the window. */
export async function importFiles(files: readonly File[]): Promise<void> {
  const imported = await attempt("Nothing was imported", async () =>
    ask(
      window.lab.documentsImport({
        files: await Promise.all(files.map(async (file) => ({ name: file.name, text: await file.text() }))),
      }),
    ),
  );
  if (imported !== null) await takeImported(imported);
}

const FORMATS: Readonly<Record<DocumentExportFormat, string>> = {
  lab: "Notebook",
  ipynb: "Jupyter notebook",
  py: "Python file",
  html: "Page",
  pdf: "PDF",
};

/** Main asks for the place. */
export async function exportDocument(format: DocumentExportFormat, name?: string): Promise<void> {
  const open = openStore.get();
  if (open === null) return;
  await saving(
    FORMATS[format],
    ask(
      window.lab.documentsExport({
        id: open.entry.id,
        text: textOf(open),
        format,
        ...(name === undefined ? {} : { name }),
      }),
    ),
  );
}
