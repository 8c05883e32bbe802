import { BACKPROP_NUMBERS } from "./backprop/backprop-numbers.ts";
import type { JudgeContext, Judgement, Quantity, QuantityRecord } from "./judge.ts";
import type { JudgedNumbers } from "./judged-numbers.ts";

/** A number that a document's cell shows, as `show({ name: value })` names it. */
export interface ShownNumber {
  readonly name: string;
  readonly value: number | string | readonly number[];
  readonly unit: "" | "ms";
}

/** What a cell of the original printed, what this one shows, and what to make of it. */
export interface JudgedCell extends Judgement {
  readonly numbers: readonly {
    readonly name: string;
    readonly label: string;
    readonly unit: string;
    /** Null where the original has none. */
    readonly expected: Quantity | null;
    /** Null where this document's cell does not show it. */
    readonly measured: Quantity | null;
  }[];
}

interface DocumentJudge {
  readonly numbers: readonly JudgedNumbers[];
  /** The original's cell that a cell of the document stands for; null for none. */
  readonly originalOf: (cellId: string) => string | null;
}

/** Documents whose cells are judged, by what their first line calls the judge. */
const JUDGES: ReadonlyMap<string | null, DocumentJudge> = new Map([
  ["backprop", { numbers: BACKPROP_NUMBERS, originalOf: (id) => /^c(\d+)$/.exec(id)?.[1] ?? null }],
]);

const MS_PER = { ms: 1, s: 1000 } as const;

/** In the unit in which the original's number is. */
function inUnit({ value, unit }: ShownNumber, wanted: string): Quantity {
  if (value === "true" || value === "false") return value === "true";
  if (typeof value === "number" && unit === "ms" && (wanted === "ms" || wanted === "s")) {
    return value / MS_PER[wanted];
  }
  return value;
}

/** A cell that shows NaN or infinity has failed, whatever else is judged of it. */
function judgeFinite(measured: QuantityRecord, judgement: Judgement): Judgement {
  const broken = Object.entries(measured).find(([, value]) =>
    [value].flat().some((one) => typeof one === "number" && !Number.isFinite(one)),
  );
  if (broken === undefined) return judgement;
  return { verdict: "failed", reason: `${broken[0]} is NaN or infinite; ${judgement.reason}` };
}

/**
 * Judges what a cell of a document has shown.
 *
 * @param judge The document's, as its first line names it.
 * @returns null where nothing of this cell is judged.
 */
export function judgeShown(
  judge: string | null,
  cellId: string,
  shown: readonly ShownNumber[],
  context: JudgeContext,
): JudgedCell | null {
  const known = JUDGES.get(judge);
  const original = known?.originalOf(cellId) ?? null;
  const cell = known?.numbers.find(({ id }) => id === original);
  if (cell === undefined) return null;
  const numbers = cell.quantities.flatMap(({ key, label, unit }) => {
    // A cell may show a name twice; the last one counts.
    const found = shown.findLast(({ name }) => name === key);
    const expected = key in cell.expected ? cell.expected[key] : null;
    if (found === undefined && expected === null) return [];
    return [{ name: key, label, unit, expected, measured: found === undefined ? null : inUnit(found, unit) }];
  });
  const measured: QuantityRecord = Object.fromEntries(
    numbers.flatMap(({ name, measured: value }) => (value === null ? [] : [[name, value]])),
  );
  return { numbers, ...judgeFinite(measured, cell.judge(measured, context)) };
}
