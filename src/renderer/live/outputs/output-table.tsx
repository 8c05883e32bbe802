import { Button } from "@mantine/core";
import { useState } from "react";
import { formatNumber, fullPrecision } from "../../../shared/format/number.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { ExactText } from "../../ui/exact-text.tsx";

const FOLDED_ROWS = 20;

interface OutputTableProps {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (number | string)[])[];
  readonly label: string;
}

/** Rows that a cell printed; a long table shows its beginning. */
export function OutputTable({ columns, rows, label }: OutputTableProps) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, FOLDED_ROWS);
  return (
    <>
      <DataTable label={label}>
        <thead>
          <tr>
            {columns.map((column, at) => (
              <th key={at} scope="col" data-numeric={typeof rows[0]?.[at] === "number"}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, at) => (
            <tr key={at}>
              {row.map((value, column) => (
                <td key={column} data-numeric={typeof value === "number"}>
                  {typeof value === "number" ? (
                    <ExactText text={formatNumber(value)} exact={fullPrecision(value)} />
                  ) : (
                    value
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </DataTable>
      {rows.length > FOLDED_ROWS && (
        <Button variant="subtle" size="compact-xs" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show the first rows" : `Show all ${rows.length} rows`}
        </Button>
      )}
    </>
  );
}
