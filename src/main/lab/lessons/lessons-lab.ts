import { ContractError } from "../../../core/errors.ts";
import {
  exerciseOf,
  exercisesOf,
  findExercise,
  lessonKey,
  withoutSolutions,
  type Exercise,
} from "../../../shared/documents/exercise.ts";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import { readLabDocument } from "../../../shared/documents/read-lab-document.ts";
import { writeLabDocument } from "../../../shared/documents/write-lab-document.ts";
import type {
  Course,
  ExerciseProgress,
  ExerciseRequest,
  ExerciseResult,
  Grade,
  Lesson,
  LessonList,
  TestedExercise,
} from "../../../shared/experiments/lessons.ts";
import type { Store } from "../../store/store.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import type { LabServices } from "../activity/experiment.ts";
import { ExperimentCancelled } from "../activity/experiment-cancelled.ts";
import type { BundledLessons } from "./bundled-lessons.ts";
import { lessonDocuments, type LessonDocument } from "./lesson-documents.ts";
import { explainResult } from "./explain-result.ts";
import { gradedExercises, gradeFiles } from "./grade-files.ts";
import type { CheckLimits, ExerciseRunner, Judge } from "./judge.ts";
import { readHandedIn } from "./lesson-files.ts";
import { testExercises } from "./test-exercises.ts";

/** A check in the window may take so long, cells before it included; Cancel ends it sooner. */
const LIMIT_MS = 120_000;
/** The same of an exercise that is graded or tested beside many others. */
const GRADE_LIMIT_MS = 30_000;
const TEST_LIMIT_MS = 60_000;

export interface LessonsServices extends Pick<LabServices, "emit"> {
  readonly store: Store;
  readonly bundled: BundledLessons;
  readonly live: ExerciseRunner;
  /** Work that leaves no run. */
  readonly work: <T>(title: string, body: (activity: ActivityHandle) => Promise<T>) => Promise<T>;
}

/** Lessons: what there is, how far a person has come, and whether an exercise is solved. */
export class LessonsLab {
  readonly #store: Store;
  readonly #bundled: BundledLessons;
  readonly #given: LessonsServices;

  constructor(given: LessonsServices) {
    this.#store = given.store;
    this.#bundled = given.bundled;
    this.#given = given;
  }

  /** The course that comes with the app, and the lessons that stand among a person's notebooks, by their titles. */
  list(): LessonList {
    const notebooks = lessonDocuments(this.#store);
    const bundled = this.#bundled.list();
    const course = bundled.map(({ id, number, document }): Lesson => {
      const notebook = notebooks.find((one) => lessonKey(one.document) === id);
      return { ...this.#standing(document), id, number, documentId: notebook?.id ?? null };
    });
    const known = new Set(bundled.map(({ id }) => id));
    const own = new Map<string, LessonDocument>();
    for (const one of notebooks) {
      const key = lessonKey(one.document);
      // A copy has the same progress; the one that was worked on last counts.
      if (!known.has(key) && !own.has(key)) own.set(key, one);
    }
    // "10. Autograd" comes after "9. Layers".
    const inOrder = new Intl.Collator("en", { numeric: true });
    const ownLessons = [...own.values()]
      .toSorted((a, b) => inOrder.compare(a.document.header.title, b.document.header.title))
      .map(({ id, document }, at): Lesson => {
        return { ...this.#standing(document), id, number: at + 1, documentId: id };
      });
    return { ...courseOf(course), own: courseOf(ownLessons) };
  }

  /** @throws {ContractError} If no such lesson comes with the app. */
  open({ id }: { readonly id: string }): { id: string; title: string; text: string } {
    const lesson = this.#bundled.find(id);
    if (lesson === null) {
      const known = this.#bundled.list().map((one) => one.id);
      throw new ContractError(`There is no lesson "${id}"; the lessons are ${known.join(", ")}`);
    }
    const { document } = lesson;
    return { id, title: document.header.title, text: writeLabDocument(withoutSolutions(document)) };
  }

  progress({ text }: { readonly text: string }): ExerciseProgress[] {
    return this.#progressOf(readLabDocument("the notebook", text).document);
  }

  /** Runs an exercise's check in a clean kernel and keeps a pass. @throws {ContractError} @throws {TaskError} */
  async check(request: ExerciseRequest): Promise<ExerciseResult> {
    const { document, exercise } = this.#find(request);
    const result = await this.judge(document, exercise, { limitMs: LIMIT_MS });
    // What was cancelled says nothing of the exercise.
    if (!this.#store.readOnly && result.error?.kind !== "stopped") {
      const pass = result.passed ? { at: new Date().toISOString(), codeHash: result.codeHash } : null;
      this.#store.exercises.saveAttempt({ lesson: lessonKey(document), exercise: exercise.name }, pass);
    }
    return result;
  }

  /** The same of any document and exercise; nothing is kept. */
  judge(document: LabDocument, exercise: Exercise, limits: CheckLimits): Promise<ExerciseResult> {
    return this.#judge(null, document, exercise, limits);
  }

  /** Whether an author's lesson is fit to be handed out; tells of each exercise as soon as it is tested. */
  async test({
    text,
    exercise,
  }: {
    readonly text: string;
    readonly exercise: string | null;
  }): Promise<{ tested: TestedExercise[]; cancelled: boolean }> {
    const document = this.#withOriginals(readLabDocument("the notebook", text).document);
    const count = exercise === null ? exercisesOf(document).length : 1;
    if (count === 0) throw new ContractError("The notebook has no exercise");
    const tested: TestedExercise[] = [];
    const cancelled = await this.#working(`test of ${document.header.title}`, async (activity, judge) => {
      const test = { document, only: exercise, limitMs: TEST_LIMIT_MS, stopped: activity.isCancelled };
      for await (const one of testExercises(judge, test)) {
        tested.push(one);
        activity.progress(tested.length / count);
        this.#given.emit({ name: "lessonTested", payload: one });
      }
    });
    return { tested, cancelled };
  }

  /** Checks every file of a folder with the checks of a lesson; tells of each row as soon as it is there. */
  async gradeFolder(
    { text }: { readonly text: string },
    folder: string,
  ): Promise<{ folder: string; files: number; grades: Grade[]; cancelled: boolean }> {
    const lesson = this.#withOriginals(readLabDocument("the notebook", text).document);
    const exercises = gradedExercises(lesson).length;
    const files = await readHandedIn(folder);
    const grades: Grade[] = [];
    const cancelled = await this.#working(`grading ${lesson.header.title}`, async (activity, judge) => {
      const grading = { lesson, files, limitMs: GRADE_LIMIT_MS, stopped: activity.isCancelled };
      for await (const grade of gradeFiles(judge, grading)) {
        grades.push(grade);
        activity.phase(grade.file);
        activity.progress(grades.length / (files.length * exercises));
        this.#given.emit({ name: "lessonGraded", payload: { grade, files: files.length, exercises } });
      }
    });
    return { folder, files: files.length, grades, cancelled };
  }

  /** @returns whether it was cancelled. */
  async #working(
    title: string,
    body: (activity: ActivityHandle, judge: Judge) => Promise<void>,
  ): Promise<boolean> {
    try {
      return await this.#given.work(title, async (activity) => {
        await body(activity, (document, exercise, limits) =>
          this.#judge(activity, document, exercise, limits),
        );
        return activity.isCancelled();
      });
    } catch (error) {
      if (error instanceof ExperimentCancelled) return true;
      throw error;
    }
  }

  /** @param activity What it is a part of; null for an activity of its own. */
  async #judge(
    activity: ActivityHandle | null,
    document: LabDocument,
    exercise: Exercise,
    limits: CheckLimits,
  ): Promise<ExerciseResult> {
    const { id, name, check } = exercise;
    if (check === null) throw new ContractError(`The exercise ${name} has no check`);
    const { seed, threads, rows } = document.header;
    const { limitMs, ...others } = limits;
    const settings = { seed, threads, rows, limitMs };
    const { live } = this.#given;
    const asked = { document, id, name, check };
    const run =
      activity === null
        ? await live.checkExercise(asked, settings, others)
        : await live.checkWithin(activity, asked, settings, others);
    return {
      exercise: name,
      passed: run.error === null,
      ...explainResult(run.error, run.outputs),
      error: run.error,
      outputs: [...run.outputs],
      ran: [...run.ran],
      codeHash: run.codeHash,
      wallMs: run.wallMs,
    };
  }

  hint(request: ExerciseRequest): { hint: string | null; shown: number; of: number } {
    const { document, exercise } = this.#find(request);
    const { hints, name } = exercise;
    const before = this.#progressOf(document).find((one) => one.name === name)?.hintsShown ?? 0;
    const hint = hints[before] ?? null;
    const shown = hint === null ? hints.length : before + 1;
    if (hint !== null && !this.#store.readOnly) {
      this.#store.exercises.saveHintShown({ lesson: lessonKey(document), exercise: name }, shown);
    }
    return { hint, shown, of: hints.length };
  }

  /** @throws {ContractError} If the exercise has none, or it was taken out. */
  solution(request: ExerciseRequest): { source: string } {
    const { document, exercise } = this.#find(request);
    if (exercise.solution === null) {
      throw new ContractError(
        `The exercise ${exercise.name} came without its solution; ask who handed it out`,
      );
    }
    if (!this.#store.readOnly) {
      this.#store.exercises.saveSolutionShown({ lesson: lessonKey(document), exercise: exercise.name });
    }
    return { source: exercise.solution };
  }

  /** The exercise as the bundled lesson has it, where the document was made from one, at the document's cell. */
  #find({ text, exercise: name }: ExerciseRequest): { document: LabDocument; exercise: Exercise } {
    const { document } = readLabDocument("the notebook", text);
    const own = findExercise(document, name);
    if (own === null) {
      const names = exercisesOf(document).map((one) => one.name);
      throw new ContractError(
        `The notebook has no exercise "${name}"${names.length === 0 ? "" : `; it has ${names.join(", ")}`}`,
      );
    }
    const original = this.#original(document, own);
    return { document, exercise: original === null ? own : { ...original, id: own.id } };
  }

  /** The same exercise in the lesson that comes with the app; null where the document was not made from one. */
  #original({ header: { lesson } }: LabDocument, { name }: Exercise): Exercise | null {
    const bundled = lesson === null ? null : this.#bundled.find(lesson);
    return bundled === null ? null : findExercise(bundled.document, name);
  }

  /** The document with the checks and solutions of the lesson that it was made from. */
  #withOriginals(document: LabDocument): LabDocument {
    const cells = document.cells.map((cell) => {
      const own = exerciseOf(cell);
      const original = own === null ? null : this.#original(document, own);
      if (original === null) return cell;
      const { check, solution } = original;
      return { ...cell, attributes: { ...cell.attributes, check, solution } };
    });
    return { ...document, cells };
  }

  #standing(document: LabDocument): Pick<Lesson, "title" | "summary" | "state" | "exercises"> {
    const exercises = this.#progressOf(document);
    const touched = exercises.some(({ attempts, hintsShown, solutionShown }) => {
      return attempts > 0 || hintsShown > 0 || solutionShown;
    });
    const done = exercises.length > 0 && exercises.every(({ passed }) => passed);
    const state = done ? "done" : touched ? "begun" : "new";
    return { title: document.header.title, summary: summaryOf(document), state, exercises };
  }

  #progressOf(document: LabDocument): ExerciseProgress[] {
    const kept = new Map(
      this.#store.exercises.ofLesson(lessonKey(document)).map((row) => [row.exercise, row] as const),
    );
    return exercisesOf(document).map((exercise) => {
      const { name, title, hints, solution } = exercise;
      const row = kept.get(name);
      return {
        name,
        title,
        passed: row !== undefined && row.passedAt !== null,
        passedAt: row?.passedAt ?? null,
        codeHash: row?.codeHash ?? null,
        attempts: row?.attempts ?? 0,
        hintsShown: row?.hintsShown ?? 0,
        hints: hints.length,
        solutionShown: row?.solutionShown ?? false,
        hasSolution: (this.#original(document, exercise)?.solution ?? solution) !== null,
      };
    });
  }
}

/** Lessons with what comes next of them. */
function courseOf(lessons: Lesson[]): Course {
  const lesson =
    lessons.find(({ state }) => state === "begun") ?? lessons.find(({ state }) => state === "new");
  const exercise = lesson?.exercises.find(({ passed }) => !passed);
  const next =
    lesson === undefined || exercise === undefined ? null : { lesson: lesson.id, exercise: exercise.name };
  return { lessons, next };
}

/** The first paragraph of a document's text that is no heading. */
function summaryOf({ cells }: LabDocument): string {
  const texts = cells.filter(({ kind }) => kind === "md").flatMap(({ source }) => source.split(/\n\s*\n/));
  const paragraph = texts.find((text) => text.trim() !== "" && !text.trim().startsWith("#")) ?? "";
  return paragraph.replaceAll(/\s*\n\s*/g, " ").trim();
}
