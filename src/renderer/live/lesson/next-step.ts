import { exercisesOf, lessonKey, type Exercise } from "../../../shared/documents/exercise.ts";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import type { Course, ExerciseProgress, Lesson, LessonList } from "../../../shared/experiments/lessons.ts";

/** What can be gone on with once an exercise is passed. */
export type NextStep =
  | { readonly kind: "exercise"; readonly exercise: Exercise }
  /** All of the notebook's are passed; `lesson` is the course's next, null where there is none or it is no course. */
  | { readonly kind: "passed"; readonly exercises: number; readonly lesson: Lesson | null };

/** The lessons among which a notebook stands, itself left out; null where it is no lesson. */
export function courseAround(
  list: LessonList | null,
  { document, documentId }: { readonly document: LabDocument; readonly documentId: string },
): Course | null {
  const key = lessonKey(document);
  for (const course of list === null ? [] : [list, list.own]) {
    const here = course.lessons.find(({ id }) => id === (course === list ? key : documentId));
    if (here !== undefined) {
      return { ...course, lessons: course.lessons.filter((lesson) => lesson !== here) };
    }
  }
  return null;
}

/** The open exercise that follows a cell, else the first that was left out above it, else the course's next lesson. */
export function nextStep(
  document: LabDocument,
  cell: string,
  progress: ReadonlyMap<string, ExerciseProgress>,
  course: Course | null,
): NextStep {
  const exercises = exercisesOf(document);
  const at = exercises.findIndex(({ id }) => id === cell);
  const inOrder = [...exercises.slice(at + 1), ...exercises.slice(0, Math.max(0, at))];
  const exercise = inOrder.find(({ name }) => progress.get(name)?.passed !== true);
  if (exercise !== undefined) return { kind: "exercise", exercise };
  const next = course?.lessons.find(({ id }) => id === course.next?.lesson);
  return { kind: "passed", exercises: exercises.length, lesson: next ?? null };
}
