import { readLabDocument } from "../../../shared/documents/read-lab-document.ts";
import { writeLabDocument } from "../../../shared/documents/write-lab-document.ts";
import {
  SEED_NOTEBOOK_ID,
  type DocumentConflict,
  type DocumentEntry,
} from "../../../shared/documents/document-records.ts";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import { ask } from "../../bridge/lab.ts";
import { changePreferences, preferencesStore } from "../../preferences/preferences.ts";
import { courseShownStore } from "../course/course-store.ts";
import { createStore } from "../../store/create-store.ts";
import { endFailure, labStore, showFailure, showInfo } from "../../store/lab-store.ts";
import { editNotebook, openNotebook, type NotebookAction, type NotebookEdit } from "./notebook-edit.ts";

export type SaveState = "saved" | "unsaved" | "saving" | "conflict" | "failed";

/** The notebook that is open in the window. */
export interface OpenNotebook {
  readonly entry: DocumentEntry;
  readonly edit: NotebookEdit;
  readonly lineEnding: "\n" | "\r\n";
  /** What was odd about its text when it was opened. */
  readonly notices: readonly string[];
  /** What its text is based on. */
  readonly baseVersion: number;
  readonly save: SaveState;
  /** What the file holds, as far as is known. */
  readonly savedDocument: LabDocument;
  readonly conflict: DocumentConflict | null;
}

export const openStore = createStore<OpenNotebook | null>(null);
/** While a notebook is being read. */
export const openingStore = createStore<string | null>(null);

const KEEP_EVERY_MS = 300;
const SAVE_AFTER_MS = 1_000;

let keepTimer: ReturnType<typeof setTimeout> | undefined;
let saveTimer: ReturnType<typeof setTimeout> | undefined;
let saving: Promise<void> | null = null;

export const textOf = ({ edit, lineEnding }: OpenNotebook): string =>
  writeLabDocument(edit.document, lineEnding);

/** Whether its text may be changed: what comes with the app is copied first. */
export const isReadOnly = ({ entry }: OpenNotebook): boolean => entry.bundled || entry.deletedAt !== null;

function update(change: Partial<OpenNotebook>): void {
  const open = openStore.get();
  if (open !== null) openStore.set({ ...open, ...change });
}

/** Carries out an edit of the open notebook, and has it saved soon. */
export function edit(action: NotebookAction): void {
  const open = openStore.get();
  if (open === null || (isReadOnly(open) && action.type !== "choose")) return;
  const next = editNotebook(open.edit, action);
  if (next === open.edit) return;
  const changed = next.document !== open.edit.document;
  const save = changed && open.save !== "conflict" ? "unsaved" : open.save;
  // The editor shows what is typed before anything else is drawn again.
  if (action.type === "typed") openStore.setAndTellLater({ ...open, edit: next, save });
  else openStore.set({ ...open, edit: next, save });
  if (changed) scheduleSave();
}

function scheduleSave(): void {
  keepTimer ??= setTimeout(() => {
    keepTimer = undefined;
    void keep();
  }, KEEP_EVERY_MS);
  clearTimeout(saveTimer);
  saveTimer = setTimeout(() => void saveNow(), SAVE_AFTER_MS);
}

/** Keeps the text against a crash. */
async function keep(): Promise<void> {
  const open = openStore.get();
  if (open === null || open.save === "saved" || isReadOnly(open)) return;
  const { entry, baseVersion } = open;
  try {
    await ask(window.lab.documentsKeep({ id: entry.id, text: textOf(open), baseVersion }));
    endFailure(NOT_KEPT);
  } catch (error) {
    // Said once, not at every key.
    const said = labStore.get().notices.some(({ title }) => title === NOT_KEPT || title === NOT_SAVED);
    if (!said) showFailure(NOT_KEPT, error);
  }
}

const NOT_KEPT = "What you type is not kept against a crash until it is saved";
const NOT_SAVED = "The notebook was not saved; your text is still here";

/** Writes the open notebook to its file now; returns when nothing is left to write or it cannot be written. */
export async function saveNow(): Promise<void> {
  clearTimeout(saveTimer);
  while (saving !== null) await saving;
  const open = openStore.get();
  if (open === null || isReadOnly(open) || open.save === "saved" || open.save === "conflict") return;
  saving = write(open).finally(() => {
    saving = null;
  });
  await saving;
}

async function write(open: OpenNotebook): Promise<void> {
  const { id } = open.entry;
  const { document } = open.edit;
  update({ save: "saving" });
  try {
    const answer = await ask(
      window.lab.documentsSave({ id, text: textOf(open), baseVersion: open.baseVersion }),
    );
    const now = openStore.get();
    if (now?.entry.id !== id) return;
    if (answer.kind === "conflict") {
      update({ save: "conflict", conflict: answer.conflict });
      return;
    }
    endFailure(NOT_SAVED);
    endFailure(NOT_KEPT);
    const current = now.edit.document === document;
    const { entry } = answer;
    update({
      entry,
      baseVersion: entry.version,
      savedDocument: document,
      save: current ? "saved" : "unsaved",
    });
    if (!current) scheduleSave();
  } catch (error) {
    if (openStore.get()?.entry.id !== id) return;
    update({ save: "failed" });
    // It says as much, and more.
    endFailure(NOT_KEPT);
    showFailure(NOT_SAVED, error);
  }
}

/** Opens a notebook of the library; the one before is saved first. */
export async function openDocument(id: string): Promise<void> {
  try {
    await readInto(id);
  } catch (error) {
    showFailure("The notebook was not opened", error);
  }
}

/** At the start: what was open last, or where that is gone, what comes with the app. */
export async function openLast(): Promise<void> {
  if (openStore.get() !== null || openingStore.get() !== null) return;
  const { notebook } = preferencesStore.get();
  const shown =
    notebook !== null &&
    (await readInto(notebook).then(
      () => openStore.get()?.entry.deletedAt === null,
      () => false,
    ));
  if (!shown) await openDocument(SEED_NOTEBOOK_ID);
}

async function readInto(id: string): Promise<void> {
  courseShownStore.set(false);
  await closeDocument();
  openingStore.set(id);
  try {
    const { entry, text, notices, unsaved } = await ask(window.lab.documentsOpen({ id }));
    const read = readLabDocument(entry.file, text);
    const conflict = unsaved === null ? null : { base: unsaved.base, theirs: text, version: entry.version };
    const mine = unsaved === null ? read.document : readLabDocument(entry.file, unsaved.mine).document;
    openStore.set({
      entry,
      edit: openNotebook(mine),
      lineEnding: read.lineEnding,
      notices,
      baseVersion: entry.version,
      save: conflict === null ? "saved" : "conflict",
      savedDocument: read.document,
      conflict,
    });
    changePreferences({ notebook: id });
  } finally {
    openingStore.set(null);
  }
}

/** Saves and closes what is open. What cannot be saved is in main's journal and comes back when it is opened. */
export async function closeDocument(): Promise<void> {
  const open = openStore.get();
  if (open === null) return;
  if (open.save === "conflict" || open.save === "failed") await keep();
  else await saveNow();
  openStore.set(null);
}

/** The conflict was settled: the merged text is written upon theirs. */
export function settleConflict(document: LabDocument): void {
  const open = openStore.get();
  const conflict = open?.conflict ?? null;
  if (open === null || conflict === null) return;
  const { version } = conflict;
  const next = editNotebook(open.edit, { type: "replaced", document, what: "merging with the file" });
  openStore.set({ ...open, edit: next, baseVersion: version, conflict: null, save: "unsaved" });
  void saveNow();
}

/** Somebody else wrote the file: without changes of one's own theirs is taken, and undo brings one's own back. */
export function hearOutside(id: string, conflict: DocumentConflict): void {
  const open = openStore.get();
  if (open?.entry.id !== id) return;
  if (open.edit.document !== open.savedDocument) {
    update({ conflict, save: "conflict" });
    return;
  }
  const { document } = readLabDocument(open.entry.file, conflict.theirs);
  const next = editNotebook(open.edit, { type: "replaced", document, what: "what another program wrote" });
  openStore.set({
    ...open,
    edit: next,
    savedDocument: document,
    baseVersion: conflict.version,
    save: "saved",
  });
  showInfo("The file was changed by another program", "Its text is shown. Undo brings back what was here.");
}

/** The library knows something new about the open notebook. */
export function hearEntry(entry: DocumentEntry): void {
  if (openStore.get()?.entry.id === entry.id) update({ entry });
}

/** The library gave the open notebook, which was saved, another title: it is in the file by now. */
export function hearTitle(entry: DocumentEntry): void {
  const open = openStore.get();
  if (open?.entry.id !== entry.id) return;
  const { document } = open.edit;
  const titled = { ...document, header: { ...document.header, title: entry.title } };
  openStore.set({
    ...open,
    entry,
    edit: { ...open.edit, document: titled },
    savedDocument: titled,
    baseVersion: entry.version,
  });
}

/** Another text of the same document was made the newest: a version that was restored. */
export function replaceSaved(entry: DocumentEntry, text: string): void {
  const open = openStore.get();
  if (open?.entry.id !== entry.id) return;
  const { document } = readLabDocument(entry.file, text);
  const next = editNotebook(open.edit, { type: "replaced", document, what: "restoring a version" });
  openStore.set({
    ...open,
    entry,
    edit: next,
    savedDocument: document,
    baseVersion: entry.version,
    save: "saved",
  });
}
