import { describe, expect, it } from "vitest";
import { courseAround, nextStep } from "../../../../src/renderer/live/lesson/next-step.ts";
import { DEFAULT_HEADER, type LabDocument } from "../../../../src/shared/documents/lab-document.ts";
import type { ExerciseProgress, Lesson, LessonList } from "../../../../src/shared/experiments/lessons.ts";

const cell = (name: string) => ({
  kind: "exercise" as const,
  id: `id-${name}`,
  marker: "exercise",
  attributes: { name, title: name.toUpperCase() },
  source: "",
  metadata: null,
});
const DOCUMENT: LabDocument = {
  header: { ...DEFAULT_HEADER, title: "mine", lesson: "05-the-loss" },
  metadata: null,
  cells: ["a", "b", "c"].map(cell),
};
const progressOf = (name: string, passed: boolean): ExerciseProgress => ({
  name,
  title: name,
  passed,
  passedAt: null,
  codeHash: null,
  attempts: 1,
  hintsShown: 0,
  hints: 0,
  solutionShown: false,
  hasSolution: true,
});
const passed = (...names: string[]) =>
  new Map(["a", "b", "c"].map((name) => [name, progressOf(name, names.includes(name))]));
const lesson = (id: string, title: string, documentId: string | null = null): Lesson => {
  return { id, number: 1, title, summary: "", state: "new", documentId, exercises: [] };
};
const LIST: LessonList = {
  lessons: [lesson("05-the-loss", "5. The loss", "opened"), lesson("06-linear", "6. Linear")],
  next: { lesson: "06-linear", exercise: "x" },
  own: {
    lessons: [lesson("mine", "1. Mine", "mine"), lesson("second", "2. Mine", "second")],
    next: { lesson: "second", exercise: "x" },
  },
};
const COURSE = courseAround(LIST, { document: DOCUMENT, documentId: "opened" });

describe("nextStep()", () => {
  it("is the open exercise below, else the first one that was left out", () => {
    expect(nextStep(DOCUMENT, "id-a", passed("a"), COURSE)).toMatchObject({ exercise: { id: "id-b" } });
    expect(nextStep(DOCUMENT, "id-b", passed("b"), COURSE)).toMatchObject({ exercise: { id: "id-c" } });
    expect(nextStep(DOCUMENT, "id-c", passed("b", "c"), COURSE)).toMatchObject({ exercise: { id: "id-a" } });
    expect(nextStep(DOCUMENT, "id-a", new Map(), null)).toMatchObject({ exercise: { title: "B" } });
  });

  it("is the course's next lesson once all are passed", () => {
    expect(nextStep(DOCUMENT, "id-c", passed("a", "b", "c"), COURSE)).toEqual({
      kind: "passed",
      exercises: 3,
      lesson: LIST.lessons[1],
    });
  });

  it("leads from a lesson of one's own to the next of them, and nowhere when all is done", () => {
    const own = { ...DOCUMENT, header: { ...DEFAULT_HEADER, title: "1. Mine" } };
    const all = passed("a", "b", "c");
    const lessonAfter = (document: LabDocument, documentId: string, list: LessonList | null) => {
      const next = nextStep(document, "id-c", all, courseAround(list, { document, documentId }));
      return next.kind === "passed" ? next.lesson : next;
    };
    expect(lessonAfter(own, "mine", LIST)).toBe(LIST.own.lessons[1]);
    expect(lessonAfter(own, "no lesson", LIST)).toBeNull();
    expect(lessonAfter(DOCUMENT, "opened", { ...LIST, next: null })).toBeNull();
    expect(lessonAfter(DOCUMENT, "opened", null)).toBeNull();
    // What comes next is known only once the list has been read again.
    const stale = { ...LIST, next: { lesson: "05-the-loss", exercise: "a" } };
    expect(lessonAfter(DOCUMENT, "opened", stale)).toBeNull();
  });
});
