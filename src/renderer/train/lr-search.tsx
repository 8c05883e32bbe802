import { Button } from "@mantine/core";
import { useMemo } from "react";
import { ChartFigure } from "../charts/kit/chart-figure.tsx";
import { formatNumber } from "../format/number.ts";
import { useStore } from "../store/create-store.ts";
import { lrSearchStore } from "./training-actions.ts";
import { lrSearchFigure } from "./lr-search-figure.ts";
import type { TrainForm } from "./train-form.ts";
import own from "./train-view.module.css";

/** The last search for a learning rate. */
export function LrSearchPart({ form }: { readonly form: TrainForm }) {
  const search = useStore(lrSearchStore);
  const figure = useMemo(() => (search === null ? null : lrSearchFigure(search)), [search]);
  if (search === null || figure === null) return null;
  const suggested = search.suggested === null ? null : Number(search.suggested.toPrecision(2));
  const rates = search.searches.flatMap((seeded) => seeded.suggested ?? []);
  return (
    <section className={own["chart"]} aria-label="Search for a learning rate">
      <ChartFigure figure={figure} />
      <div className={own["row"]}>
        {suggested === null ? (
          <span>The loss falls no further than its own noise: no rate is suggested.</span>
        ) : (
          <>
            <Button size="xs" onClick={() => form.numbers.fields.lr.set(String(suggested))}>
              Take {formatNumber(suggested)}
            </Button>
            <span className={own["quiet"]}>
              the middle of {rates.length} seeds, {formatNumber(Math.min(...rates), 2)} to{" "}
              {formatNumber(Math.max(...rates), 2)}
            </span>
          </>
        )}
        <Button variant="subtle" color="gray" size="xs" onClick={() => lrSearchStore.set(null)}>
          Close
        </Button>
      </div>
    </section>
  );
}
