import type { CellOutput } from "../../../shared/live/cell-output.ts";

/** An output, with the reports of the same call that came before it, or with the texts before it in one. */
export interface ShownTogether {
  /** The place of the first of them among the outputs. */
  readonly first: number;
  readonly earlier: readonly CellOutput[];
  readonly last: CellOutput;
  /** Reports among the outputs above all of these. */
  readonly checksBefore: number;
}

/** Texts that were printed one after the other, as one. */
function joined(texts: readonly string[]): CellOutput {
  return { kind: "text", text: texts.join("\n") };
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
 * read, those before it have passed. What `print` says in a loop is one text: thousands of elements would hold the
 * window up.
 */
export function togetherShown(outputs: readonly CellOutput[]): readonly ShownTogether[] {
  const together: ShownTogether[] = [];
  let checksBefore = 0;
  let texts: string[] = [];
  for (const [at, output] of outputs.entries()) {
    if (output.kind === "text") {
      texts.push(output.text);
      const first = at + 1 - texts.length;
      if (outputs[at + 1]?.kind !== "text") {
        together.push({
          first,
          earlier: [],
          last: texts.length === 1 ? output : joined(texts),
          checksBefore,
        });
        texts = [];
      }
      continue;
    }
    const before = together.at(-1);
    const isGoneOn =
      before?.last.kind === "check" &&
      before.last.report.passed &&
      callOf(output) !== null &&
      callOf(before.last) === callOf(output);
    if (isGoneOn) {
      together[together.length - 1] = { ...before, earlier: [...before.earlier, before.last], last: output };
    } else together.push({ first: at, earlier: [], last: output, checksBefore });
    if (output.kind === "check") checksBefore++;
  }
  return together;
}
