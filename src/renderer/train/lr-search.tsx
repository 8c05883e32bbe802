import { Button } from "@mantine/core";
import { useMemo } from "react";
import type { LrSearch } from "../../shared/experiments/lr-search.ts";
import { ChartFigure } from "../charts/kit/chart-figure.tsx";
import { formatNumber } from "../../shared/format/number.ts";
import { useStore } from "../store/create-store.ts";
import { openRun } from "../store/open-run.ts";
import { lrSearchFigure } from "./lr-search-figure.ts";
import { lrSearchStore, RATE_DIGITS, takenRate } from "./lr-search-store.ts";
import type { TrainForm } from "./train-form.ts";
import own from "./train-view.module.css";

/** The search for a learning rate that was opened or made last. */
export function LrSearchPart({ form }: { readonly form: TrainForm }) {
  const shown = useStore(lrSearchStore);
  if (shown === null) return null;
  const { runId, report } = shown;
  const rate = report.suggested === null ? null : takenRate(report.suggested);
  return (
    <section className={own["chart"]} aria-label="Search for a learning rate">
      <LrSearchChart search={report} />
      <div className={own["row"]}>
        {rate !== null && (
          <Button size="xs" onClick={() => form.numbers.fields.lr.set(String(rate))}>
            Take {formatNumber(rate, RATE_DIGITS)}
          </Button>
        )}
        <SuggestionNote search={report} />
        <Button variant="subtle" size="xs" onClick={() => openRun(runId)}>
          Open the run
        </Button>
        <Button variant="subtle" color="gray" size="xs" onClick={() => lrSearchStore.set(null)}>
          Close
        </Button>
      </div>
    </section>
  );
}

/** Each seed's loss over the learning rate. */
export function LrSearchChart({ search }: { readonly search: LrSearch }) {
  const figure = useMemo(() => lrSearchFigure(search), [search]);
  return <ChartFigure figure={figure} />;
}

/** How the suggestion was come by, or why there is none. */
export function SuggestionNote({ search: { suggested, reason } }: { readonly search: LrSearch }) {
  return suggested === null ? (
    <span>No rate is suggested: {reason}.</span>
  ) : (
    <span className={own["quiet"]}>{reason}</span>
  );
}
