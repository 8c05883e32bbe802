import type { CellOutput } from "../../../shared/live/cell-output.ts";
import type { CellError } from "../../../shared/live/cell-result.ts";
import type { CheckReport } from "../../../shared/live/check-report.ts";
import type { SourcePlace } from "../../../shared/live/source-place.ts";
import type { LineMark } from "../editor/cell-marks.ts";
import type { ShownResult } from "./session-store.ts";

interface PlacedMark {
  readonly place: SourcePlace;
  readonly message: string;
}

/** Where a check blames what: the line that set a wrong gradient, else the operation whose rule is at fault. */
function blamedBy({ gradients }: CheckReport): readonly PlacedMark[] {
  return gradients.flatMap(({ name, verdict, explanations, reason, place }): readonly PlacedMark[] => {
    if (verdict !== "wrong" && verdict !== "missing") return [];
    const at = place ?? explanations.find((one) => one.place !== null)?.place ?? null;
    if (at === null) return [];
    const why = explanations.length === 0 ? reason : explanations.map(({ text }) => text).join(", or ");
    return [{ place: at, message: `The gradient of ${name} ${why}` }];
  });
}

/** Where outputs and an error say that something is wrong. */
export function placedMarks(outputs: readonly CellOutput[], error: CellError | null): readonly PlacedMark[] {
  const [frame] = error?.frames ?? [];
  return [
    ...outputs.flatMap((output) => (output.kind === "check" ? blamedBy(output.report) : [])),
    // What a check found stands there already.
    ...(error === null || error.kind === "check" || frame === undefined
      ? []
      : [{ place: frame, message: `${error.name}: ${error.message}` }]),
  ];
}

const NONE: readonly LineMark[] = [];
const known = new WeakMap<ReadonlyMap<string, ShownResult>, ReadonlyMap<string, readonly LineMark[]>>();

/** By cell the lines where runs failed or checks blame something. */
function marksOf(results: ReadonlyMap<string, ShownResult>): ReadonlyMap<string, readonly LineMark[]> {
  const before = known.get(results);
  if (before !== undefined) return before;
  const marks = new Map<string, LineMark[]>();
  for (const { place, message } of [...results.values()]
    .filter(({ current }) => current)
    .flatMap(({ outputs, result }) => placedMarks(outputs, result?.error ?? null))) {
    const list = marks.get(place.cell) ?? [];
    list.push({ line: place.line, column: place.column, message });
    marks.set(place.cell, list);
  }
  known.set(results, marks);
  return marks;
}

/** The marks of one cell. */
export const failureMarks = (results: ReadonlyMap<string, ShownResult>, cell: string): readonly LineMark[] =>
  marksOf(results).get(cell) ?? NONE;
