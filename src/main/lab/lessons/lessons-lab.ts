import { ContractError } from "../../../core/errors.ts";
import {
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
  ExerciseProgress,
  ExerciseRequest,
  ExerciseResult,
  Lesson,
  LessonList,
} from "../../../shared/experiments/lessons.ts";
import type { CellOutput } from "../../../shared/live/cell-output.ts";
import type { CellError } from "../../../shared/live/cell-result.ts";
import type { LiveSettings } from "../../../shared/live/live-settings.ts";
import type { Store } from "../../store/store.ts";
import type { BundledLessons } from "./bundled-lessons.ts";
import { explainResult } from "./explain-result.ts";

/** Runs a check in a kernel of its own; see LiveLab.checkExercise. */
export type RunExercise = (
  exercise: {
    readonly document: LabDocument;
    readonly id: string;
    readonly name: string;
    readonly check: string;
  },
  settings: LiveSettings,
  limits?: { readonly tensorBytes?: number },
) => Promise<{
  readonly error: CellError | null;
  readonly outputs: readonly CellOutput[];
  readonly ran: readonly string[];
  readonly codeHash: string;
  readonly wallMs: number;
}>;

/** A check in the window may take so long, cells before it included; Cancel ends it sooner. */
const LIMIT_MS = 120_000;

export interface CheckLimits {
  readonly limitMs: number;
  readonly tensorBytes?: number;
}

/** Lessons: what there is, how far a person has come, and whether an exercise is solved. */
export class LessonsLab {
  readonly #store: Store;
  readonly #bundled: BundledLessons;
  readonly #run: RunExercise;

  constructor(store: Store, bundled: BundledLessons, run: RunExercise) {
    this.#store = store;
    this.#bundled = bundled;
    this.#run = run;
  }

  list(): LessonList {
    const lessons = this.#bundled.list().map(({ id, number, document }): Lesson => {
      const exercises = this.#progressOf(document);
      const touched = exercises.some(({ attempts, hintsShown, solutionShown }) => {
        return attempts > 0 || hintsShown > 0 || solutionShown;
      });
      const done = exercises.length > 0 && exercises.every(({ passed }) => passed);
      const state = done ? "done" : touched ? "begun" : "new";
      return { id, number, title: document.header.title, summary: summaryOf(document), state, exercises };
    });
    const lesson =
      lessons.find(({ state }) => state === "begun") ?? lessons.find(({ state }) => state === "new");
    const exercise = lesson?.exercises.find(({ passed }) => !passed);
    const next =
      lesson === undefined || exercise === undefined ? null : { lesson: lesson.id, exercise: exercise.name };
    return { lessons, next };
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
      this.#store.saveAttempt({ lesson: lessonKey(document), exercise: exercise.name }, pass);
    }
    return result;
  }

  /** The same of any document and exercise; nothing is kept. */
  async judge(document: LabDocument, exercise: Exercise, limits: CheckLimits): Promise<ExerciseResult> {
    const { id, name, check } = exercise;
    if (check === null) throw new ContractError(`The exercise ${name} has no check`);
    const { seed, threads, rows } = document.header;
    const { limitMs, ...others } = limits;
    const run = await this.#run({ document, id, name, check }, { seed, threads, rows, limitMs }, others);
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
      this.#store.saveHintShown({ lesson: lessonKey(document), exercise: name }, shown);
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
      this.#store.saveSolutionShown({ lesson: lessonKey(document), exercise: exercise.name });
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
    const { lesson } = document.header;
    const bundled = lesson === null ? null : (this.#bundled.find(lesson)?.document ?? null);
    const original = bundled === null ? null : findExercise(bundled, own.name);
    return { document, exercise: original === null ? own : { ...original, id: own.id } };
  }

  #progressOf(document: LabDocument): ExerciseProgress[] {
    const kept = new Map(
      this.#store.listExercises(lessonKey(document)).map((row) => [row.exercise, row] as const),
    );
    return exercisesOf(document).map(({ name, title, hints }) => {
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
      };
    });
  }
}

/** The first paragraph of a document's text that is no heading. */
function summaryOf({ cells }: LabDocument): string {
  const texts = cells.filter(({ kind }) => kind === "md").flatMap(({ source }) => source.split(/\n\s*\n/));
  const paragraph = texts.find((text) => text.trim() !== "" && !text.trim().startsWith("#")) ?? "";
  return paragraph.replaceAll(/\s*\n\s*/g, " ").trim();
}
