import type { CellResult } from "../../shared/run-records.ts";
import { formatDuration } from "../format/duration.ts";
import { quantityRows } from "../format/quantity.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { ExactText } from "../ui/exact-text.tsx";
import tables from "../ui/data-table.module.css";
import { VerdictBadge } from "../ui/verdict-badge.tsx";
import classes from "./runs.module.css";

/** The run's cells in the order in which they were executed. */
export function RunCells({ cells }: { readonly cells: readonly CellResult[] }) {
  return (
    <section className={classes["part"]}>
      <h3>Cells, in order of execution</h3>
      <div className={tables["scroll"]} tabIndex={0} role="region" aria-label="Cells of this run">
        <table className={tables["table"]}>
          <caption className="visually-hidden">Cells of this run with their verdicts</caption>
          <thead>
            <tr>
              <th scope="col" data-numeric="true">
                order
              </th>
              <th scope="col">cell</th>
              <th scope="col">title</th>
              <th scope="col">measured</th>
              <th scope="col">verdict</th>
              <th scope="col">reason</th>
              <th scope="col" data-numeric="true">
                took
              </th>
            </tr>
          </thead>
          <tbody>
            {cells.map((cell) => (
              <tr key={`${cell.order}-${cell.cell}`}>
                <td data-numeric="true" className="mono">
                  {cell.order}
                </td>
                <td className="mono">In [{cell.cell}]</td>
                <td data-wrap="true">{cell.title}</td>
                <td data-wrap="true">
                  <Measured cell={cell} />
                </td>
                <td>
                  <VerdictBadge verdict={cell.verdict} />
                </td>
                <td data-wrap="true">{cell.reason}</td>
                <td data-numeric="true">
                  <ExactText text={formatDuration(cell.ms)} exact={`${cell.ms} ms`} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Each quantity as the notebook view names it, with the notebook's value behind it. */
function Measured({ cell }: { readonly cell: CellResult }) {
  const described = useStore(labStore, ({ cells }) => cells?.find(({ id }) => id === cell.cell)?.quantities);
  const rows = quantityRows(described ?? [], cell.expected, cell.measured);
  return (
    <ul className={classes["measured"]}>
      {rows.map(({ key, label, unit, expected, measured }) => (
        <li key={key}>
          <span className={classes["keyLabel"]}>{label}</span>{" "}
          {measured === null ? "–" : <ExactText text={measured.text} exact={measured.exact} />} {unit}
          {expected !== null && (
            <span className={classes["waiting"]}>
              {" "}
              (notebook <ExactText text={expected.text} exact={expected.exact} />)
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
