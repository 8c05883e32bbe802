import { Button } from "@mantine/core";
import { useState } from "react";
import type { TextTable } from "../../format/delimited-text.ts";
import { formatNumber, fullPrecision } from "../../../shared/format/number.ts";
import classes from "../kit/chart-figure.module.css";

/** A page of millions of cells helps nobody: the CSV has all rows. */
const MAX_ROWS = 500;
/** Shown at first: a long table would push the page away, and must not scroll inside it. */
const FOLDED_ROWS = 12;

interface ChartTableProps {
  readonly caption: string;
  readonly table: TextTable;
  /** There may be more points than these, which are drawn. */
  readonly drawnOnly?: boolean;
}

export function ChartTable({ caption, table, drawnOnly = false }: ChartTableProps) {
  const [all, setAll] = useState(false);
  const possible = Math.min(table.rows.length, MAX_ROWS);
  const shown = table.rows.slice(0, all ? MAX_ROWS : FOLDED_ROWS);
  return (
    <div className={classes["table"]} tabIndex={0} role="region" aria-label={`${caption}: table`}>
      <table>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {table.columns.map((column, index) => (
              <th key={index} scope="col" data-numeric={typeof shown[0]?.[index] === "number"}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, index) => (
            <tr key={index}>
              {row.map((value, column) => (
                <td key={column} data-numeric={typeof value === "number"}>
                  {typeof value === "number" ? (
                    <span data-exact={fullPrecision(value)} title={fullPrecision(value)}>
                      {formatNumber(value)}
                    </span>
                  ) : (
                    value
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {possible > FOLDED_ROWS && (
        <Button variant="subtle" size="compact-xs" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show the first rows" : `Show ${formatNumber(possible)} rows`}
        </Button>
      )}
      {drawnOnly && <p>These are the points that are drawn; the CSV and what is copied have every point.</p>}
      {table.rows.length > MAX_ROWS && (
        <p>
          The first {MAX_ROWS} of {formatNumber(table.rows.length)} rows; the CSV has all of them.
        </p>
      )}
    </div>
  );
}
