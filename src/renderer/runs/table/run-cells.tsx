import { BACKPROP_NUMBERS } from "../../../core/judge/backprop/backprop-numbers.ts";
import type { CellResult } from "../../../shared/runs/run-records.ts";
import { formatDuration } from "../../../shared/format/duration.ts";
import { quantityRows } from "../../../shared/format/quantity.ts";
import { ExactText } from "../../ui/exact-text.tsx";
import { QuantityTable } from "../../ui/quantity-table.tsx";
import { VerdictBadge } from "../../ui/verdict-badge.tsx";
import classes from "./run-cells.module.css";

/** The run's cells in the order in which they were executed: verdict and reason, and the numbers beside them. */
export function RunCells({ cells }: { readonly cells: readonly CellResult[] }) {
  return (
    <section className={classes["part"]}>
      <h3>Cells, in order of execution</h3>
      <ol className={classes["cells"]}>
        {cells.map((cell) => (
          <li key={`${cell.order}-${cell.cell}`} className={classes["cell"]}>
            <RunCell cell={cell} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function RunCell({ cell }: { readonly cell: CellResult }) {
  // Cells of the fixed notebook of earlier versions go by the original's numbers; others show the names as they are.
  const described = BACKPROP_NUMBERS.find(({ id }) => id === cell.cell)?.quantities;
  return (
    <>
      <span className={classes["order"]}>{cell.order}</span>
      <div className={classes["words"]}>
        <p className={classes["title"]}>
          <span className={classes["tag"]}>In [{cell.cell}]</span> {cell.title}
        </p>
        <p className={classes["verdict"]}>
          <VerdictBadge verdict={cell.verdict} />
          <ExactText text={formatDuration(cell.ms)} exact={`${cell.ms} ms`} />
        </p>
        <p>{cell.reason}</p>
      </div>
      <QuantityTable
        rows={quantityRows(described ?? [], cell.expected, cell.measured)}
        caption={`${cell.title}: the original's values and the measured ones`}
      />
    </>
  );
}
