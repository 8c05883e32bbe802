import { describe, expect, it } from "vitest";
import { nextStep } from "../../../../src/renderer/live/lesson/next-step.ts";
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
  header: { ...DEFAULT_HEADER, title: "mine", lesson: "5. The loss" },
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
const lesson = (id: string, title: string): Lesson => {
  return { id, number: 1, title, summary: "", state: "new", exercises: [] };
};
const COURSE: LessonList = {
  lessons: [lesson("05", "5. The loss"), lesson("06", "6. Linear")],
  next: { lesson: "06", exercise: "x" },
};

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
      lesson: COURSE.lessons[1],
    });
  });

  it("leads from no lesson of one's own into the course, and nowhere when the course is done", () => {
    const own = { ...DOCUMENT, header: { ...DEFAULT_HEADER, title: "A lesson of mine" } };
    for (const [document, course] of [
      [own, COURSE],
      [DOCUMENT, { ...COURSE, next: null }],
      [DOCUMENT, null],
    ] as const) {
      expect(nextStep(document, "id-c", passed("a", "b", "c"), course)).toMatchObject({ lesson: null });
    }
  });
});
