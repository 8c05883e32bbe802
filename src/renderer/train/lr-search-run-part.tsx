import { Button } from "@mantine/core";
import { FlaskConical } from "lucide-react";
import { useMemo } from "react";
import type { LrSearchRecord, SeedSearch } from "../../shared/experiments/lr-search.ts";
import { showView } from "../app/views.ts";
import { useAnswer } from "../bridge/use-answer.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { DataTable } from "../ui/data-table.tsx";
import { ErrorNotice } from "../ui/notices.tsx";
import type { RunPartProps } from "../ui/run-part.ts";
import { LrSearchChart, SuggestionNote } from "./lr-search.tsx";
import { lrSearchStore, RATE_DIGITS, suggestedSpec, takenRate } from "./lr-search-store.ts";
import { showSpec } from "./train-form.ts";
import part from "../ui/run-part.module.css";

/** A search as its run has kept it, and the way to train with what it suggests. */
export function LrSearchRunPart({ details: { run } }: RunPartProps) {
  const { id, status } = run;
  const input = useMemo(() => (status === "running" ? null : { runId: id }), [id, status]);
  const answer = useAnswer(window.lab.lrsearchGet, input, status, 0);
  return (
    <section className={part["part"]}>
      <h3>Search for a learning rate</h3>
      {status === "running" && <p>The curves are shown here when the search has ended.</p>}
      {answer.kind === "failed" && <ErrorNotice title="The search could not be read" error={answer.error} />}
      {answer.kind === "known" && <Found record={answer.value} />}
    </section>
  );
}

function Found({ record }: { readonly record: LrSearchRecord }) {
  const { suggested, searches } = record.report;
  return (
    <>
      <div className={part["tools"]}>
        <Button
          variant="default"
          leftSection={<FlaskConical size="1rem" aria-hidden="true" />}
          onClick={() => {
            showSpec(suggestedSpec(record), "own");
            lrSearchStore.set(record);
            showView("train");
          }}
        >
          {suggested === null
            ? "Open in Train"
            : `Open in Train with the rate ${formatNumber(takenRate(suggested), RATE_DIGITS)}`}
        </Button>
        <SuggestionNote search={record.report} />
      </div>
      {searches.length > 0 && (
        <>
          <LrSearchChart search={record.report} />
          <SeedTable searches={searches} />
        </>
      )}
    </>
  );
}

function SeedTable({ searches }: { readonly searches: readonly SeedSearch[] }) {
  return (
    <section className={part["part"]}>
      <h3>By seed</h3>
      <DataTable label="Learning rate by seed">
        <thead>
          <tr>
            <th scope="col" data-numeric="true">
              seed
            </th>
            <th scope="col" data-numeric="true">
              suggested
            </th>
            <th scope="col" data-numeric="true">
              steps before the loss ran away
            </th>
            <th scope="col">ended because</th>
          </tr>
        </thead>
        <tbody>
          {searches.map(({ seed, suggested, steps, reason }) => (
            <tr key={seed}>
              <td data-numeric="true">{seed}</td>
              <td data-numeric="true">
                {suggested === null ? "none" : formatNumber(suggested, RATE_DIGITS)}
              </td>
              <td data-numeric="true">{formatNumber(steps)}</td>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </DataTable>
    </section>
  );
}
