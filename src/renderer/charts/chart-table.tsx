import type { TextTable } from "../format/delimited-text.ts";
import { formatNumber, fullPrecision } from "../format/number.ts";
import classes from "./chart-figure.module.css";

/** A page of millions of cells helps nobody: the CSV has all rows. */
const MAX_ROWS = 500;

export function ChartTable({ caption, table }: { readonly caption: string; readonly table: TextTable }) {
  const shown = table.rows.slice(0, MAX_ROWS);
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
      {table.rows.length > shown.length && (
        <p>
          The first {MAX_ROWS} of {formatNumber(table.rows.length)} rows; the CSV has all of them.
        </p>
      )}
    </div>
  );
}
