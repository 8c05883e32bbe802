import { textTable } from "./text-table.ts";
import type { CellResult, QuantityValue } from "../../shared/runs/run-records.ts";

const COLUMNS = ["cell", "title", "quantity", "notebook", "measured", "verdict"] as const;

/** The notebook's cells as text: one line a quantity, the notebook's number beside the measured one. */
export function cellTable(cells: readonly CellResult[]): string {
  const rows: (readonly string[])[] = cells.flatMap((cell) => {
    const names = [...new Set([...Object.keys(cell.expected), ...Object.keys(cell.measured)])];
    const first = [cell.cell, cell.title];
    const verdict = cell.reason === "" ? cell.verdict : `${cell.verdict}: ${cell.reason}`;
    if (names.length === 0) return [[...first, "", "", "", verdict]];
    return names.map((name, index) => [
      ...(index === 0 ? first : ["", ""]),
      name,
      quantityText(cell.expected[name]),
      quantityText(cell.measured[name]),
      index === 0 ? verdict : "",
    ]);
  });
  return textTable(COLUMNS, rows);
}

export function quantityText(value: QuantityValue | readonly number[] | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "object") return String(value);
  const shown = value.slice(0, 6).map(numberText).join(", ");
  return value.length > 6 ? `[${shown}, … ${value.length} values]` : `[${shown}]`;
}

function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}
