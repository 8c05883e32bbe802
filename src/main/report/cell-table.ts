import { formatQuantity } from "../../shared/format/quantity.ts";
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
      quantityText(cell.expected[name], { given: true }),
      quantityText(cell.measured[name]),
      index === 0 ? verdict : "",
    ]);
  });
  return textTable(COLUMNS, rows);
}

const SHOWN_VALUES = 6;

/** A quantity in the window's digits, long lists cut short; `given` ones have no digits that nobody wrote. */
export function quantityText(
  value: QuantityValue | readonly number[] | undefined,
  { given = false } = {},
): string {
  if (value === undefined) return "";
  if (typeof value !== "object") return formatQuantity(value, 1, { given });
  const shown = value.slice(0, SHOWN_VALUES).map((one) => formatQuantity(one, 1, { given }));
  const more = value.length > SHOWN_VALUES ? `, … ${value.length} values` : "";
  return `[${shown.join(", ")}${more}]`;
}
