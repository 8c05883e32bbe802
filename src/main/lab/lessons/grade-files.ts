import { ContractError, TaskError } from "../../../core/errors.ts";
import { exercisesOf, findExercise, type Exercise } from "../../../shared/documents/exercise.ts";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import type { ExerciseResult, Grade } from "../../../shared/experiments/lessons.ts";
import { visibleText } from "../../../shared/runs/visible-text.ts";
import type { FolderFile } from "./lesson-files.ts";
import { unlessStopped, type Judge } from "./judge.ts";

export interface Grading {
  /** The teacher's: its checks and its settings count, whatever stands in the files of the students. */
  readonly lesson: LabDocument;
  readonly files: readonly FolderFile[];
  /** In milliseconds, for an exercise with all the cells that it needs. */
  readonly limitMs: number;
  readonly stopped: () => boolean;
}

/** A student's code may hold so much in tensors. */
const TENSOR_BYTES = 256e6;
/** Text in a table: more is no diagnosis. */
const LONGEST = 1_000;

/** The exercises of a lesson that can be graded. @throws {ContractError} If there is none. */
export function gradedExercises(lesson: LabDocument): readonly Exercise[] {
  const exercises = exercisesOf(lesson).filter(({ check }) => check !== null);
  if (exercises.length > 0) return exercises;
  throw new ContractError(`The lesson "${lesson.header.title}" has no exercise with a check`);
}

/**
 * Checks what many students have handed in, each exercise in a fresh sandbox; one row an exercise. What was being
 * checked when somebody stopped it has none.
 */
export async function* gradeFiles(judge: Judge, grading: Grading): AsyncGenerator<Grade> {
  const { lesson, files, stopped } = grading;
  const exercises = gradedExercises(lesson);
  for (const one of files) {
    for (const exercise of exercises) {
      if (stopped()) return;
      const grade = await unlessStopped(stopped, async () =>
        "problem" in one
          ? ungraded(one.name, exercise.name, one.problem)
          : gradeOne(judge, { name: one.name, document: one.file.document }, exercise, grading),
      );
      if (grade === null) return;
      yield grade;
    }
  }
}

async function gradeOne(
  judge: Judge,
  { name, document }: { readonly name: string; readonly document: LabDocument },
  exercise: Exercise,
  { lesson, limitMs }: Grading,
): Promise<Grade> {
  // A retyped cell is no exercise any more; what it defines counts.
  const id = findExercise(document, exercise.name)?.id ?? exercise.id;
  const settled = { ...document, header: lesson.header };
  try {
    const result = await judge(settled, { ...exercise, id }, { limitMs, tensorBytes: TENSOR_BYTES });
    return gradeOf(name, exercise.name, result);
  } catch (error) {
    // One file's failure is no reason not to grade the others.
    if (error instanceof ContractError || error instanceof TaskError) {
      return ungraded(name, exercise.name, error.message);
    }
    throw error;
  }
}

const oneLine = (text: string): string =>
  visibleText(text.replaceAll(/\s+/g, " "), { lines: false }).slice(0, LONGEST);

const ungraded = (file: string, exercise: string, reason: string): Grade => ({
  file: oneLine(file),
  exercise,
  passed: false,
  reason: oneLine(reason),
  diagnosis: "",
  codeHash: "",
  seconds: null,
});

function gradeOf(file: string, exercise: string, result: ExerciseResult): Grade {
  const diagnosis = result.diagnosis.map(({ text, place }) =>
    place === null ? text : `${text} (cell ${place.cell}, line ${place.line})`,
  );
  return {
    file: oneLine(file),
    exercise,
    passed: result.passed,
    reason: oneLine(result.reason),
    diagnosis: oneLine(diagnosis.join("; ")),
    codeHash: result.codeHash,
    seconds: +(result.wallMs / 1000).toFixed(2),
  };
}
