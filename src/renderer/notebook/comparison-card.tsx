import { useMemo } from "react";
import { ChartFigure } from "../charts/kit/chart-figure.tsx";
import type { Figure } from "../charts/kit/figure.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { initialisationFigure, missingCells, stagesFigure, type Comparison } from "./comparisons.ts";
import classes from "./comparison-card.module.css";

interface ComparisonCardProps {
  readonly comparison: Comparison;
}

/** Several cells in one picture; its place is kept until they have run. */
export function ComparisonCard({ comparison }: ComparisonCardProps) {
  const results = useStore(labStore, ({ notebook }) => notebook.results);
  const missing = missingCells(comparison, results);
  const figure = useMemo<Figure | null>(() => {
    if (missing.length > 0) return null;
    return comparison.kind === "initialisation" ? initialisationFigure(results) : stagesFigure(results);
  }, [comparison, results, missing.length]);
  return (
    <section className={classes["card"]} aria-label={comparison.title}>
      {figure === null ? (
        <>
          <h3>{comparison.title}</h3>
          <p className={classes["waiting"]}>
            {comparison.sentence} Drawn once {missing.length === 1 ? "cell" : "cells"} {missing.join(", ")}{" "}
            have a result.
          </p>
        </>
      ) : (
        <ChartFigure figure={figure} />
      )}
    </section>
  );
}
