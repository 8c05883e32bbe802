import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import type { Grade, TestedExercise } from "../../../shared/experiments/lessons.ts";
import { ask } from "../../bridge/lab.ts";
import { createStore } from "../../store/create-store.ts";
import { showFailure } from "../../store/lab-store.ts";
import { saving } from "../../store/save.ts";
import { openStore, textOf } from "../document/open-notebook.ts";

interface LessonTest {
  /** What was tested; another text has not been. */
  readonly document: LabDocument;
  /** The only exercise that was asked for; null for all. */
  readonly only: string | null;
  readonly tested: readonly TestedExercise[];
  readonly state: "running" | "done" | "cancelled";
}

export interface Grading {
  readonly title: string;
  /** Null until the folder is known. */
  readonly folder: string | null;
  readonly grades: readonly Grade[];
  /** Rows in all; null until the first is there. */
  readonly of: number | null;
  readonly state: "running" | "done" | "cancelled";
}

/** A teacher's work on the open notebook. */
interface LessonWork {
  readonly documentId: string;
  readonly test: LessonTest | null;
  readonly grading: Grading | null;
}

export const lessonOpenStore = createStore(false);
export const lessonStore = createStore<LessonWork>({ documentId: "", test: null, grading: null });

const set = (change: Partial<LessonWork>): void => lessonStore.set({ ...lessonStore.get(), ...change });

/** What belongs to another notebook goes. */
function ofOpen(documentId: string): void {
  if (lessonStore.get().documentId !== documentId) lessonStore.set({ documentId, test: null, grading: null });
}

export function openLessonDialog(): void {
  const open = openStore.get();
  if (open === null) return;
  ofOpen(open.entry.id);
  lessonOpenStore.set(true);
}

export function hearTested(one: TestedExercise): void {
  const { test } = lessonStore.get();
  if (test?.state === "running") set({ test: { ...test, tested: [...test.tested, one] } });
}

export function hearGraded(heard: { grade: Grade; files: number; exercises: number }): void {
  const { grading } = lessonStore.get();
  if (grading?.state !== "running") return;
  const { grade, files, exercises } = heard;
  set({ grading: { ...grading, grades: [...grading.grades, grade], of: files * exercises } });
}

/** Whether each solution passes and each starter fails. */
export async function testLesson(only: string | null): Promise<void> {
  const open = openStore.get();
  if (open === null) return;
  ofOpen(open.entry.id);
  const { document } = open.edit;
  const test: LessonTest = { document, only, tested: [], state: "running" };
  set({ test });
  try {
    const { tested, cancelled } = await ask(window.lab.lessonsTest({ text: textOf(open), exercise: only }));
    set({ test: { ...test, tested, state: cancelled ? "cancelled" : "done" } });
  } catch (error) {
    set({ test: null });
    showFailure("The lesson was not tested", error, { until: "next activity" });
  }
}

/** Main asks for the place. */
export async function handOutLesson(): Promise<void> {
  const open = openStore.get();
  if (open !== null)
    await saving("The file for students", ask(window.lab.lessonsHandOut({ text: textOf(open) })));
}

/** Main asks for the folder. */
export async function gradeFolder(): Promise<void> {
  const open = openStore.get();
  if (open === null) return;
  ofOpen(open.entry.id);
  const before = lessonStore.get().grading;
  const { title } = open.edit.document.header;
  set({ grading: { title, folder: null, grades: [], of: null, state: "running" } });
  try {
    const graded = await ask(window.lab.lessonsGrade({ text: textOf(open) }));
    if (graded === null) {
      set({ grading: before });
      return;
    }
    const { folder, grades, cancelled } = graded;
    const of = lessonStore.get().grading?.of ?? grades.length;
    set({ grading: { title, folder, grades, of, state: cancelled ? "cancelled" : "done" } });
  } catch (error) {
    set({ grading: before });
    showFailure("Nothing was graded", error, { until: "next activity" });
  }
}

/** Main asks for the place. */
export const saveGrades = ({ title, grades }: Grading): Promise<void> =>
  saving("Grades", ask(window.lab.lessonsSaveGrades({ title, grades: [...grades] })));
