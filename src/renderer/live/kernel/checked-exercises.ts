import type { ExerciseResult } from "../../../shared/experiments/lessons.ts";
import { createStore } from "../../store/create-store.ts";
import type { LineMark } from "../editor/cell-marks.ts";
import { placedMarks } from "./failure-marks.ts";

/** What a check said of an exercise, and the text that it said it of. */
interface CheckedExercise {
  readonly source: string;
  readonly result: ExerciseResult;
}

/** By cell the last check of each exercise. */
export const checkedStore = createStore<ReadonlyMap<string, CheckedExercise>>(new Map());

const NONE: readonly LineMark[] = [];
const known = new WeakMap<CheckedExercise, readonly LineMark[]>();

/** The lines of the exercise that its check blames; none once its text was changed. */
export function exerciseMarks(
  checked: CheckedExercise | undefined,
  cell: { readonly id: string; readonly source: string },
): readonly LineMark[] {
  if (checked === undefined || checked.result.passed || checked.source !== cell.source) return NONE;
  const before = known.get(checked);
  if (before !== undefined) return before;
  const { outputs, error, diagnosis } = checked.result;
  const found = placedMarks(outputs, error);
  const marks = [
    ...found,
    ...(found.length > 0 ? [] : diagnosis.map(({ text, place }) => ({ place, message: text }))),
  ]
    .filter(({ place }) => place?.cell === cell.id)
    .flatMap(({ place, message }) =>
      place === null ? [] : [{ line: place.line, column: place.column, message }],
    );
  known.set(checked, marks);
  return marks;
}
