import { memo } from "react";
import type { CellDescription } from "../../shared/experiments/notebook.ts";
import { formatDuration } from "../format/duration.ts";
import { quantityRows } from "../format/quantity.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { Formula } from "../ui/formula.tsx";
import { QuantityTable } from "../ui/quantity-table.tsx";
import { VerdictBadge } from "../ui/verdict-badge.tsx";
import { CellActions } from "./cell-actions.tsx";
import { CellDetailsView } from "./cell-details-view.tsx";
import { CellDisclosures } from "./cell-disclosures.tsx";
import { ordinal } from "./cell-state.ts";
import { CellStatus } from "./cell-status.tsx";
import { cellAnchor } from "./jump-to-cell.ts";
import { useCellState } from "./use-cell-state.ts";
import classes from "./cell-card.module.css";

interface CellCardProps {
  readonly cell: CellDescription;
}

/** One cell of the live document. */
export const CellCard = memo(function CellCard({ cell }: CellCardProps) {
  const state = useCellState(cell.id);
  // An older result stays in its place until the new one is there: nothing jumps, and the status says whose it is.
  const result = useStore(labStore, ({ notebook }) => notebook.results.get(cell.id)) ?? null;
  const rows = quantityRows(cell.quantities, cell.expected, result?.measured ?? {});
  const anchor = cellAnchor(cell.id);
  return (
    <article className={classes["cell"]} aria-labelledby={anchor} data-state={state.kind}>
      <div className={classes["gutter"]}>
        <span className={classes["tag"]} title={`The notebook's cells ${cell.covers}`}>
          In [{cell.id}]
        </span>
        {result !== null && <span className={classes["order"]}>executed {ordinal(result.order)}</span>}
        {result !== null && <span className={classes["order"]}>{formatDuration(result.ms)}</span>}
      </div>
      <div className={classes["body"]}>
        <header className={classes["head"]}>
          <h3 id={anchor} tabIndex={-1}>
            {cell.title}
          </h3>
          <CellActions cell={cell} />
        </header>
        <p className={classes["sentence"]}>{cell.sentence}</p>
        {cell.formula !== "" && (
          <div className={classes["formula"]}>
            <Formula source={cell.formula} />
          </div>
        )}
        <QuantityTable rows={rows} caption={`${cell.title}: the notebook's values and the measured ones`} />
        {state.kind === "done" ? (
          <p className={classes["verdict"]}>
            <VerdictBadge verdict={state.result.verdict} />
            <span>{state.result.reason}</span>
          </p>
        ) : (
          <CellStatus state={state} stale={result !== null} />
        )}
        {result !== null && <CellDetailsView title={cell.title} details={result.details} />}
        <CellDisclosures cell={cell} />
      </div>
    </article>
  );
});
