import type { StoredCell } from "../../../shared/live/live-session.ts";
import { quantityRows } from "../../../shared/format/quantity.ts";
import { QuantityTable } from "../../ui/quantity-table.tsx";
import { VerdictBadge } from "../../ui/verdict-badge.tsx";
import classes from "./outputs.module.css";

interface JudgedNumbersProps {
  readonly judged: NonNullable<StoredCell["judged"]>;
  readonly number: number;
}

/** The numbers that a cell showed beside the original's, and what to make of them. */
export function JudgedNumbers({ judged: { numbers, verdict, reason }, number }: JudgedNumbersProps) {
  const quantities = numbers.map(({ name, label, unit }) => ({ key: name, label, unit }));
  const side = (which: "expected" | "measured") =>
    Object.fromEntries(
      numbers.flatMap((one) => {
        const value = one[which];
        return value === null ? [] : [[one.name, value] as const];
      }),
    );
  return (
    <>
      <QuantityTable
        rows={quantityRows(quantities, side("expected"), side("measured"))}
        caption={`Cell ${number}: the original's values and the measured ones`}
      />
      <p className={classes["verdict"]}>
        <VerdictBadge verdict={verdict} />
        <span>{reason}</span>
      </p>
    </>
  );
}
