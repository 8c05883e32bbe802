import type { CellOutput } from "../../../shared/live/cell-output.ts";

/** An output, with the reports of the same call that came before it. */
export interface ShownTogether {
  /** The place of the first of them among the outputs. */
  readonly first: number;
  readonly earlier: readonly CellOutput[];
  readonly last: CellOutput;
}

/** Where `checkLayer` was called that gave a report; null for everything else. */
function callOf(output: CellOutput | undefined): string | null {
  if (output?.kind !== "check" || output.report.kind !== "checkLayer" || output.report.place === null)
    return null;
  const { cell, line, column } = output.report.place;
  return `${cell} ${line} ${column}`;
}

/**
 * `checkLayer` reports of every size that it tries and ends at the first that fails: the last report is the one to
 * read, those before it have passed.
 */
export function togetherShown(outputs: readonly CellOutput[]): readonly ShownTogether[] {
  const together: ShownTogether[] = [];
  for (const [at, output] of outputs.entries()) {
    const before = together.at(-1);
    const isGoneOn =
      before?.last.kind === "check" &&
      before.last.report.passed &&
      callOf(output) !== null &&
      callOf(before.last) === callOf(output);
    if (isGoneOn) {
      together[together.length - 1] = { ...before, earlier: [...before.earlier, before.last], last: output };
    } else together.push({ first: at, earlier: [], last: output });
  }
  return together;
}
