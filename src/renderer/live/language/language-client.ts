import { exerciseOf } from "../../../shared/documents/exercise.ts";
import { cellLabel, type DocumentCell } from "../../../shared/documents/lab-document.ts";
import { createStore } from "../../store/create-store.ts";
import {
  partId,
  type ExercisePart,
  type FromLanguage,
  type LanguageCell,
  type LanguageQuestion,
  type LanguageQuestions,
  type Problem,
  type ToLanguage,
} from "./language-protocol.ts";

/** By cell: what the language service marks in it. */
export const problemsStore = createStore<ReadonlyMap<string, readonly Problem[]>>(new Map());

/** `waiting` until somebody writes; `starting` while TypeScript is loaded. */
export const languageStateStore = createStore<"waiting" | "starting" | "ready" | "failed">("waiting");

/** Of typing, before the cells are sent unasked. */
const SETTLE_MS = 120;

let worker: Worker | null = null;
let revision = 0;
let questions = 0;
const open = new Map<number, (answer: unknown) => void>();

/** A notebook as it is being written; the chosen cell sees all names above it. */
interface FollowedNotebook {
  readonly document: { readonly cells: readonly DocumentCell[] };
  readonly chosen: string | null;
  /** Exercises whose check and solution are being written. */
  readonly authored: ReadonlySet<string>;
}
let read: () => FollowedNotebook | null = () => null;
let lastSent: FollowedNotebook | null = null;
/** What the service knows of each cell, and since which revision. */
const sent = new Map<string, { readonly cell: LanguageCell; readonly revision: number }>();

const post = (message: ToLanguage): void => worker?.postMessage(message);

function hear({ data }: MessageEvent<FromLanguage>): void {
  if (data.kind === "ready") languageStateStore.set("ready");
  else if (data.kind === "answer") {
    open.get(data.id)?.(data.answer);
    open.delete(data.id);
  } else if (data.revision >= (sent.get(data.cell)?.revision ?? Infinity)) {
    const before = problemsStore.get().get(data.cell) ?? [];
    if (before.length === 0 && data.problems.length === 0) return;
    problemsStore.set(new Map(problemsStore.get()).set(data.cell, data.problems));
  }
}

/** Loads TypeScript into a thread of its own, once: at the first focus of a cell. */
export function startLanguage(): void {
  if (worker !== null) return;
  languageStateStore.set("starting");
  worker = new Worker(new URL("./language-worker.ts", import.meta.url), { type: "module", name: "language" });
  worker.addEventListener("message", hear);
  worker.addEventListener("error", () => {
    languageStateStore.set("failed");
    for (const answer of open.values()) answer(null);
    open.clear();
  });
  sendCells();
}

let timer: ReturnType<typeof setTimeout> | undefined;

function sendCells(): void {
  clearTimeout(timer);
  timer = undefined;
  revision += 1;
  const now = read();
  lastSent = now;
  const cells = (now?.document.cells ?? [])
    .filter(({ kind }) => kind === "code" || kind === "exercise")
    .flatMap((cell) => languageCells(cell, now?.authored.has(cell.id) === true));
  const active = now?.chosen ?? null;
  const order = cells.map(({ id }) => id);
  const changed = cells.filter(({ id, source, label }) => {
    const known = sent.get(id)?.cell;
    return known?.source !== source || known.label !== label;
  });
  for (const cell of changed) sent.set(cell.id, { cell, revision });
  const present = new Set(order);
  for (const id of sent.keys()) if (!present.has(id)) sent.delete(id);
  const known = problemsStore.get();
  if ([...known.keys()].some((id) => !present.has(id)))
    problemsStore.set(new Map([...known].filter(([id]) => present.has(id))));
  post({ kind: "cells", revision, order, changed, active });
}

/** A cell, and where they are being written the solution that stands in its place and the check that follows it. */
function languageCells(cell: DocumentCell, authored: boolean): readonly LanguageCell[] {
  const { id, source } = cell;
  const label = cellLabel(cell);
  const exercise = authored ? exerciseOf(cell) : null;
  if (exercise === null) return [{ id, source, label }];
  const part = (kind: ExercisePart): LanguageCell => ({
    id: partId(id, kind),
    source: exercise[kind] ?? "",
    label,
    part: { kind, of: id },
  });
  return [part("solution"), { id, source, label }, part("check")];
}

/** From where the cells are taken, before a question and when a person pauses. */
export function followNotebook(from: () => FollowedNotebook | null): void {
  read = from;
}

/** The cells have changed. */
export function sendCellsSoon(): void {
  if (worker !== null) timer ??= setTimeout(sendCells, SETTLE_MS);
}

/** Asks the service; null where it does not run. */
export function askLanguage<K extends keyof LanguageQuestions>(
  question: LanguageQuestion & { readonly kind: K },
): Promise<LanguageQuestions[K] | null> {
  if (worker === null || languageStateStore.get() === "failed") return Promise.resolve(null);
  const now = read();
  const known =
    now?.document === lastSent?.document &&
    now?.chosen === lastSent?.chosen &&
    now?.authored === lastSent?.authored;
  if (!known) sendCells();
  questions += 1;
  const id = questions;
  return new Promise((resolve) => {
    // The service answers each kind of question with its own answer.
    open.set(id, (answer) => resolve(answer as LanguageQuestions[K] | null));
    post({ kind: "ask", id, question });
  });
}
