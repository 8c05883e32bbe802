import { alignDecimals } from "../format/align-decimals.ts";
import type { QuantityRow } from "../../shared/format/quantity.ts";
import { ExactText } from "./exact-text.tsx";
import classes from "./quantity-table.module.css";

/** The notebook's number beside the measured one, decimal points under each other. */
export function QuantityTable({
  rows,
  caption,
}: {
  readonly rows: readonly QuantityRow[];
  readonly caption: string;
}) {
  if (rows.length === 0) return null;
  const expected = alignDecimals(rows.map((row) => row.expected?.text ?? ""));
  const measured = alignDecimals(rows.map((row) => row.measured?.text ?? ""));
  return (
    <table className={classes["table"]}>
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">quantity</th>
          <th scope="col" data-numeric="true">
            notebook
          </th>
          <th scope="col" data-numeric="true">
            measured here
          </th>
          <th scope="col">
            {rows.some(({ unit }) => unit !== "") ? "unit" : <span className="visually-hidden">unit</span>}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={row.key}>
            <th scope="row">{row.label}</th>
            <td data-numeric="true">
              <Value value={row.expected} text={expected[index] ?? ""} none="not printed" />
            </td>
            <td data-numeric="true" className={classes["measured"]}>
              <Value value={row.measured} text={measured[index] ?? ""} none="not yet run" />
            </td>
            <td className={classes["unit"]}>{row.unit}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ValueProps {
  readonly value: QuantityRow["expected"];
  readonly text: string;
  /** Why there is nothing, for those who hear it. */
  readonly none: string;
}

function Value({ value, text, none }: ValueProps) {
  if (value !== null) return <ExactText text={text} exact={value.exact} />;
  return (
    <span className={classes["none"]}>
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">{none}</span>
    </span>
  );
}
