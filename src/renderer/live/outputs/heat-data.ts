import type { CellOutput } from "../../../shared/live/cell-output.ts";
import type { HeatMapData } from "../../charts/kit/heat-map.tsx";
import { formatNumber } from "../../../shared/format/number.ts";

type Heat = Extract<CellOutput, { kind: "heat" }>;

/** A few cells carry their values. */
const LABELLED = 12;

/** A matrix that a cell showed by colour. */
export function heatData({ title, shape, rows, columns, values, lo, hi }: Heat, number: number): HeatMapData {
  const whole = rows * columns === shape.reduce((product, size) => product * size, 1);
  const size = `(${shape.join(", ")})`;
  return {
    title: title === "" ? `Heat map of cell ${number}` : title,
    summary: `A matrix ${size} by colour, from ${formatNumber(lo)} to ${formatNumber(hi)}.`,
    note: whole ? size : `${size}, means of patches as ${rows} × ${columns}`,
    rows,
    columns,
    values,
    rowLabel: (row) => `row ${row}`,
    columnLabel: (column) => (columns <= LABELLED ? String(column) : `column ${column}`),
    rowAxis: "row",
    columnAxis: "column",
    labelled: rows <= LABELLED && columns <= LABELLED,
  };
}
