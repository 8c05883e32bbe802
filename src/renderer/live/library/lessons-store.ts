import type { Lesson, LessonList } from "../../../shared/experiments/lessons.ts";
import { ask } from "../../bridge/lab.ts";
import { createStore } from "../../store/create-store.ts";
import { showFailure } from "../../store/lab-store.ts";
import { openDocument } from "../document/open-notebook.ts";
import { createDocument, libraryStore } from "./library-store.ts";

/** Null until main has answered. */
export const lessonsStore = createStore<LessonList | null>(null);

export async function loadLessons(): Promise<void> {
  try {
    lessonsStore.set(await ask(window.lab.lessonsList()));
  } catch (error) {
    showFailure("The lessons cannot be listed", error);
  }
}

/** Opens the notebook in which a lesson was begun, or makes one of it. */
export async function openLesson({ id, title }: Pick<Lesson, "id" | "title">): Promise<void> {
  const begun = libraryStore
    .get()
    .entries?.find((entry) => entry.title === title && !entry.bundled && entry.deletedAt === null);
  if (begun !== undefined) {
    await openDocument(begun.id);
    return;
  }
  try {
    const lesson = await ask(window.lab.lessonsOpen({ id }));
    await createDocument({ kind: "text", text: lesson.text }, lesson.title);
  } catch (error) {
    showFailure("The lesson was not opened", error);
  }
}
