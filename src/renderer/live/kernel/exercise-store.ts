import type { DocumentCell, LabDocument } from "../../../shared/documents/lab-document.ts";
import type { ExerciseProgress, ExerciseResult } from "../../../shared/experiments/lessons.ts";
import { ask } from "../../bridge/lab.ts";
import { createStore } from "../../store/create-store.ts";
import { showFailure } from "../../store/lab-store.ts";
import { edit, openStore, textOf } from "../document/open-notebook.ts";
import type { LineMark } from "../editor/cell-marks.ts";
import { loadLessons } from "../library/lessons-store.ts";
import { placedMarks } from "./failure-marks.ts";

/** What a check said of an exercise, and what it said it of. */
export interface CheckedExercise {
  readonly result: ExerciseResult;
  /** By id the texts of the exercise and of the cells that ran before its check. */
  readonly sources: ReadonlyMap<string, string>;
  /** The check itself, which an author changes. */
  readonly check: unknown;
}

interface ExercisesState {
  /** Of the last check, by cell. */
  readonly checked: ReadonlyMap<string, CheckedExercise>;
  /** What has been kept of each exercise, by its name. */
  readonly progress: ReadonlyMap<string, ExerciseProgress>;
  /** Solutions that a person asked for, by cell. */
  readonly solutions: ReadonlyMap<string, string>;
  /** The cell whose exercise is being checked. */
  readonly checking: string | null;
}

const NOTHING: ExercisesState = {
  checked: new Map(),
  progress: new Map(),
  solutions: new Map(),
  checking: null,
};

/** The exercises of the open notebook, wherever it is scrolled to. */
export const exercisesStore = createStore<ExercisesState>(NOTHING);

const set = (change: Partial<ExercisesState>): void =>
  exercisesStore.set({ ...exercisesStore.get(), ...change });

const isOpen = (documentId: string): boolean => openStore.get()?.entry.id === documentId;

/** Another notebook was opened: cells of two notebooks may have the same ids. */
export async function loadExercises(): Promise<void> {
  exercisesStore.set(NOTHING);
  await loadProgress();
}

async function loadProgress(): Promise<void> {
  const open = openStore.get();
  if (open?.edit.document.cells.some(({ kind }) => kind === "exercise") !== true) return;
  const found = await ask(window.lab.lessonsProgress({ text: textOf(open) })).catch(() => null);
  if (found === null || !isOpen(open.entry.id)) return;
  set({ progress: new Map(found.map((one) => [one.name, one])) });
}

/** Checks an exercise in a clean sandbox of its own. */
export async function checkExercise(cell: DocumentCell, exercise: string): Promise<void> {
  const open = openStore.get();
  if (open === null) return;
  const { document } = open.edit;
  edit({ type: "tried" });
  set({ checking: cell.id });
  try {
    const result = await ask(window.lab.lessonsCheck({ text: textOf(open), exercise }));
    if (!isOpen(open.entry.id)) return;
    const ran = new Set([cell.id, ...result.ran]);
    const sources = new Map(
      document.cells.flatMap(({ id, source }) => (ran.has(id) ? [[id, source] as const] : [])),
    );
    const checked = { result, sources, check: cell.attributes["check"] };
    set({ checked: new Map(exercisesStore.get().checked).set(cell.id, checked) });
    await loadProgress();
    void loadLessons();
  } catch (error) {
    showFailure("The exercise was not checked", error, { until: "next activity" });
  } finally {
    if (isOpen(open.entry.id)) set({ checking: null });
  }
}

/** Shows the next hint, and has it kept that it was shown. */
export async function showHint(exercise: string): Promise<void> {
  const open = openStore.get();
  if (open === null) return;
  try {
    await ask(window.lab.lessonsHint({ text: textOf(open), exercise }));
    await loadProgress();
  } catch (error) {
    showFailure("The hint was not shown", error);
  }
}

export async function showSolution(cell: string, exercise: string): Promise<void> {
  const open = openStore.get();
  if (open === null) return;
  try {
    const { source } = await ask(window.lab.lessonsSolution({ text: textOf(open), exercise }));
    if (isOpen(open.entry.id)) {
      set({ solutions: new Map(exercisesStore.get().solutions).set(cell, source) });
    }
  } catch (error) {
    showFailure("The solution was not shown", error);
  }
}

/** Whether what a check said is said of the present texts; undoing a change makes it so again. */
export function isOfPresentText(
  { sources, check }: CheckedExercise,
  cell: string,
  { cells }: LabDocument,
): boolean {
  let found = 0;
  for (const { id, source, attributes } of cells) {
    const before = sources.get(id);
    if (before === undefined) continue;
    if (before !== source || (id === cell && attributes["check"] !== check)) return false;
    found++;
  }
  return found === sources.size;
}

const NONE: readonly LineMark[] = [];
const known = new WeakMap<CheckedExercise, readonly LineMark[]>();

/** The lines of the exercise that its check blames; none once its text was changed. */
export function exerciseMarks(
  checked: CheckedExercise | undefined,
  cell: Pick<DocumentCell, "id" | "source">,
): readonly LineMark[] {
  if (checked === undefined || checked.result.passed) return NONE;
  if (checked.sources.get(cell.id) !== cell.source) return NONE;
  const before = known.get(checked);
  if (before !== undefined) return before;
  const { outputs, error, diagnosis } = checked.result;
  const found = placedMarks(outputs, error);
  const marks = [
    ...found,
    ...(found.length > 0 ? [] : diagnosis.map(({ text, place }) => ({ place, message: text }))),
  ]
    .filter(({ place }) => place?.cell === cell.id)
    .flatMap(({ place, message }) =>
      place === null ? [] : [{ line: place.line, column: place.column, message }],
    );
  known.set(checked, marks);
  return marks;
}
