import type { JudgedCell } from "../../core/judge/judge-document.ts";
import type { Quantity } from "../../core/judge/judge.ts";
import { quantityText } from "./cell-table.ts";
import { textTable } from "./text-table.ts";

/** A cell's numbers beside the original's, and the verdict. */
export function judgedCellText({ numbers, verdict, reason }: JudgedCell): string {
  const text = (value: Quantity | null, unit: string, given: boolean): string =>
    value === null ? "" : `${quantityText(value, { given })}${unit === "" ? "" : ` ${unit}`}`;
  const rows = numbers.map(({ label, unit, expected, measured }) => [
    label,
    text(expected, unit, true),
    text(measured, unit, false),
  ]);
  return `${textTable(["", "original", "here"], rows)}\n${verdict}: ${reason}`;
}
