import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import type { Importance, Learned } from "../../../shared/experiments/learned.ts";
import { ask } from "../../bridge/lab.ts";
import { barsFigure } from "../../charts/figures/bars-figure.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import type { Figure } from "../../charts/kit/figure.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { showFailure } from "../../store/lab-store.ts";
import classes from "./learned.module.css";

const MOST_SHOWN = 30;

/** Which columns count, found by mixing each; asked for, because it takes a while. */
export function ImportancePart({ learned: { runId, weights, layout } }: { readonly learned: Learned }) {
  const [found, setFound] = useState<Importance | null>(null);
  const figure = useMemo(() => (found === null ? null : importanceFigure(found)), [found]);
  if (layout !== null) return null;
  const look = async (): Promise<void> => {
    try {
      setFound(await ask(window.lab.learnedImportance({ runId, weights })));
    } catch (error) {
      showFailure("The features were not mixed", error);
    }
  };
  return (
    <section className={classes["part"]} aria-label="Importance of features">
      {figure === null ? (
        <>
          <h3>Importance of features</h3>
          <Button size="xs" variant="default" onClick={() => void look()}>
            Mix each column and look
          </Button>
        </>
      ) : (
        <ChartFigure figure={figure} />
      )}
    </section>
  );
}

function importanceFigure({ loss, rows, features }: Importance): Figure {
  const shown = features.slice(0, MOST_SHOWN);
  const most =
    shown.length < features.length ? `; the ${MOST_SHOWN} largest of ${formatNumber(features.length)}` : "";
  return barsFigure({
    title: "Importance of features",
    note: `by how much the loss, ${formatNumber(loss, 4)}, grows when a column's values are mixed among ${formatNumber(rows)} rows${most}`,
    axis: "rise of the loss",
    bars: shown.map(({ name, rise }) => ({ name, value: rise, lines: [`rise ${formatNumber(rise, 4)}`] })),
    table: () => ({
      columns: ["feature", "rise of the loss"],
      rows: features.map(({ name, rise }) => [name, rise]),
    }),
  });
}
