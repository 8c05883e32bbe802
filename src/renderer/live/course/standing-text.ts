import { counted } from "../../../core/counted.ts";
import type { ExerciseProgress } from "../../../shared/experiments/lessons.ts";
import { formatDate } from "../../../shared/format/date.ts";

/** "3 of 5 exercises passed". */
export function passedOf(exercises: readonly ExerciseProgress[]): string {
  return `${exercises.filter(({ passed }) => passed).length} of ${counted(exercises.length, "exercise")} passed`;
}

/** What it took, for who looks over a shoulder: "7 attempts, 2 hints shown, 1 solution shown; last passed on …"; "" where nothing was done. */
export function helpTaken(exercises: readonly ExerciseProgress[]): string {
  const attempts = exercises.reduce((sum, one) => sum + one.attempts, 0);
  const hints = exercises.reduce((sum, one) => sum + one.hintsShown, 0);
  const solutions = exercises.filter(({ solutionShown }) => solutionShown).length;
  const taken = [
    ...(attempts > 0 ? [counted(attempts, "attempt")] : []),
    ...(hints > 0 ? [`${counted(hints, "hint")} shown`] : []),
    ...(solutions > 0 ? [`${counted(solutions, "solution")} shown`] : []),
  ];
  const [last] = exercises
    .flatMap(({ passedAt }) => passedAt ?? [])
    .toSorted()
    .toReversed();
  return [taken.join(", "), ...(last === undefined ? [] : [`last passed on ${formatDate(last)}`])].join("; ");
}
