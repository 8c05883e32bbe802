import { exercisesOf, findExercise, solved, type Exercise } from "../../../shared/documents/exercise.ts";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import type { TestedExercise } from "../../../shared/experiments/lessons.ts";
import { unlessStopped, type Judge } from "./judge.ts";

export interface LessonTest {
  readonly document: LabDocument;
  /** The only exercise to test, by name; null for all. */
  readonly only: string | null;
  /** In milliseconds, for each of the two checks of an exercise. */
  readonly limitMs: number;
  readonly stopped: () => boolean;
}

/** Proves for an author that each solution passes its check and each starter fails it. */
export async function* testExercises(judge: Judge, test: LessonTest): AsyncGenerator<TestedExercise> {
  for (const exercise of exercisesOf(test.document)) {
    if (test.only !== null && exercise.name !== test.only) continue;
    if (test.stopped()) return;
    const problems = await unlessStopped(test.stopped, () => problemsOf(judge, exercise, test));
    if (problems === null) return;
    yield { exercise: exercise.name, title: exercise.title, problems };
  }
}

async function problemsOf(
  judge: Judge,
  exercise: Exercise,
  { document, limitMs, stopped }: LessonTest,
): Promise<string[]> {
  const { id, name, check, solution } = exercise;
  const problems: string[] = [];
  if (findExercise(document, name)?.id !== id) problems.push("another exercise has the same name");
  if (check === null) problems.push("it has no check");
  if (solution === null) problems.push("it has no solution");
  if (check === null || solution === null) return problems;
  const right = await judge(solved(document), exercise, { limitMs });
  if (!right.passed) problems.push(`the solution does not pass: ${right.reason}`);
  if (stopped()) return problems;
  const starter = await judge(withStarter(document, id), exercise, { limitMs });
  if (starter.passed) problems.push("the starter passes already");
  return problems;
}

/** The lesson solved but for one exercise, which has its starter. */
function withStarter(document: LabDocument, id: string): LabDocument {
  const starter = document.cells.find((cell) => cell.id === id);
  const all = solved(document);
  return { ...all, cells: all.cells.map((cell) => (cell.id === id ? (starter ?? cell) : cell)) };
}
