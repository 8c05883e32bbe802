import { findExercise } from "../../../shared/documents/exercise.ts";
import type { Lesson, LessonList } from "../../../shared/experiments/lessons.ts";
import { ask } from "../../bridge/lab.ts";
import { createStore } from "../../store/create-store.ts";
import { showFailure } from "../../store/lab-store.ts";
import { choose } from "../cell/cell-commands.ts";
import { requestFocus } from "../cell/focus-request.ts";
import { courseShownStore } from "../course/course-store.ts";
import { openDocument, openStore } from "../document/open-notebook.ts";
import { createDocument } from "./library-store.ts";

/** Null until main has answered. */
export const lessonsStore = createStore<LessonList | null>(null);

export async function loadLessons(): Promise<void> {
  try {
    lessonsStore.set(await ask(window.lab.lessonsList()));
  } catch (error) {
    showFailure("The lessons cannot be listed", error);
  }
}

/** Shows every lesson on a page, in the place of the open notebook. */
export function showCourse(): void {
  courseShownStore.set(true);
  void loadLessons();
}

/** Opens the notebook in which a lesson was begun, or makes one of it; at an exercise, where its name is given. */
export async function openLesson(
  { id, title, documentId }: Pick<Lesson, "id" | "title" | "documentId">,
  exercise?: string,
): Promise<void> {
  if (documentId !== null) await openDocument(documentId);
  else {
    try {
      const lesson = await ask(window.lab.lessonsOpen({ id }));
      await createDocument({ kind: "text", text: lesson.text }, title);
    } catch (error) {
      showFailure("The lesson was not opened", error);
      return;
    }
    void loadLessons();
  }
  const open = openStore.get();
  const cell =
    open === null || exercise === undefined ? null : findExercise(open.edit.document, exercise)?.id;
  if (typeof cell !== "string") return;
  choose(cell);
  requestFocus({ cell, mode: "command" });
}
