import { Button } from "@mantine/core";
import { ArrowLeft } from "lucide-react";
import { useContext } from "react";
import type { Quantities, RunDetails } from "../../../shared/runs/run-records.ts";
import { formatDate, formatExactDate } from "../../../shared/format/date.ts";
import { formatDuration } from "../../../shared/format/duration.ts";
import { namedQuantity } from "../../../shared/format/named-quantity.ts";
import { useStore } from "../../store/create-store.ts";
import { runsRevision } from "../../store/lab-store.ts";
import { FactList, type Fact } from "../../ui/fact-list.tsx";
import { GradientCheckTable, groupChecks } from "../../ui/gradient-check-table.tsx";
import { machineFacts } from "../../ui/machine-facts.ts";
import { ErrorNotice } from "../../ui/notices.tsx";
import { RunPartsContext } from "../../ui/run-part.ts";
import { PlainLayout } from "../../ui/view-layout.tsx";
import { leaveRun, useCameFromComparison } from "../../store/open-run.ts";
import { RunCells } from "../table/run-cells.tsx";
import { RunCharts } from "./run-charts.tsx";
import { RunEvents } from "./run-events.tsx";
import { withoutMemory } from "../../../shared/runs/memory-quantities.ts";
import { memoryFacts } from "./memory-facts.ts";
import { RunHead } from "./run-head.tsx";
import { RunOwnParts } from "./run-own-parts.tsx";
import { RunNotes } from "./run-notes.tsx";
import { RunRepeat } from "./run-repeat.tsx";
import { useRunDetails } from "./use-run-details.ts";
import classes from "../runs.module.css";
import part from "../../ui/run-part.module.css";

export function RunPage({ runId }: { readonly runId: string }) {
  // A run that is on changes, and a person changes its name: then its record is read again.
  const state = useRunDetails(runId, useStore(runsRevision));
  const compared = useCameFromComparison();
  return (
    <PlainLayout>
      <Button
        variant="subtle"
        color="gray"
        mb="xs"
        ml="-0.5rem"
        leftSection={<ArrowLeft size="1rem" aria-hidden="true" />}
        className={classes["noPrint"] ?? ""}
        onClick={leaveRun}
      >
        {compared ? "Back to the comparison" : "All runs"}
      </Button>
      {state.kind === "failed" && (
        <ErrorNotice title="This run could not be read" error={state.error} onRetry={state.retry} />
      )}
      {state.kind === "reading" && <p className={classes["waiting"]}>Reading the run…</p>}
      {state.kind === "known" && <RunRecord details={state.details} />}
    </PlainLayout>
  );
}

function RunRecord({ details }: { readonly details: RunDetails }) {
  const { run, machine, cells, gradientChecks, events, ownParts } = details;
  const Part = useContext(RunPartsContext)[run.kind]?.Part;
  return (
    <>
      <RunHead run={run} />
      {run.failure !== null && <p className={classes["failure"]}>{run.failure}</p>}
      <div className={classes["facts"]}>
        <FactList
          title="Key numbers"
          facts={[
            ...timeFacts(details),
            ...memoryFacts(run.summary),
            ...quantityFacts(withoutMemory(run.summary)),
          ]}
        />
        <FactList title="Settings" facts={quantityFacts(withoutSpec(run.config), { given: true })} />
        <FactList title="Machine" facts={run.kind === "imported" ? ELSEWHERE_FACTS : machineFacts(machine)} />
      </div>
      <RunNotes runId={run.id} notes={run.notes} />
      {ownParts.length > 0 && <RunOwnParts parts={ownParts} />}
      {events.length > 0 && <RunEvents events={events} />}
      {cells.length > 0 && <RunCells cells={cells} />}
      {Part !== undefined && <Part details={details} />}
      {run.kind !== "training" && <RunCharts details={details} />}
      {gradientChecks.length > 0 && run.kind !== "gradcheck" && (
        <section className={part["part"]}>
          <h3>Gradient checks</h3>
          <GradientCheckTable groups={groupChecks(gradientChecks)} label="Gradient checks of this run" />
        </section>
      )}
      <RunRepeat run={run} />
    </>
  );
}

/** Of what was measured elsewhere no machine is known. */
const ELSEWHERE_FACTS: readonly Fact[] = [{ label: "host", text: "measured elsewhere" }];

/** The whole spec is copied by a button; its parts are in the list already. */
const withoutSpec = (config: Quantities): Quantities =>
  Object.fromEntries(Object.entries(config).filter(([key]) => key !== "spec"));

function quantityFacts(quantities: Quantities, given?: { readonly given: boolean }): readonly Fact[] {
  return Object.entries(quantities).map(([key, value]) => {
    const { label, text, exact } = namedQuantity(key, value, given);
    return typeof value === "string" ? { label, text } : { label, text, exact };
  });
}

function timeFacts({ run }: RunDetails): readonly Fact[] {
  const started = {
    label: "started",
    text: formatDate(run.startedAt),
    exact: formatExactDate(run.startedAt),
  };
  if (run.finishedAt === null) return [started];
  const ms = Date.parse(run.finishedAt) - Date.parse(run.startedAt);
  return [started, { label: "took", text: formatDuration(ms), exact: `${ms} ms` }];
}
