import { Checkbox } from "@mantine/core";
import type { KeyboardEvent } from "react";
import type { RunSummary } from "../../shared/run-records.ts";
import { formatDate, formatExactDate } from "../format/date.ts";
import { formatNumber } from "../format/number.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import tables from "../ui/data-table.module.css";
import { KeyNumbers } from "./key-numbers.tsx";
import { openRun } from "./open-run.ts";
import { RunStatusBadge } from "./run-status-badge.tsx";
import { selectRun, selectRuns, useSelectedRuns } from "./selected-runs.ts";
import classes from "./runs.module.css";

export function RunsTable({ runs }: { readonly runs: readonly RunSummary[] }) {
  const selected = useSelectedRuns();
  const count = runs.filter(({ id }) => selected.has(id)).length;
  return (
    <div className={tables["scroll"]} tabIndex={0} role="region" aria-label="Saved runs">
      <table className={`${tables["table"] ?? ""} ${classes["runs"] ?? ""}`}>
        <caption className="visually-hidden">Saved runs, newest first</caption>
        <thead>
          <tr>
            <th scope="col">
              <Checkbox
                aria-label="Select all shown runs"
                checked={count === runs.length}
                indeterminate={count > 0 && count < runs.length}
                onChange={(event) => selectRuns(event.currentTarget.checked ? runs.map(({ id }) => id) : [])}
              />
            </th>
            <th scope="col">run</th>
            <th scope="col">started</th>
            <th scope="col">kind</th>
            <th scope="col">status</th>
            <th scope="col" data-numeric="true">
              rows
            </th>
            <th scope="col" data-numeric="true">
              threads
            </th>
            <th scope="col">key numbers</th>
            <th scope="col">machine</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <RunRow key={run.id} run={run} selected={selected.has(run.id)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RunRow({ run, selected }: { readonly run: RunSummary; readonly selected: boolean }) {
  const here = useStore(labStore, ({ machineId }) => machineId === run.machineId);
  return (
    <tr data-selected={selected} onKeyDown={(event) => onRowKey(event, run.id, selected)}>
      <td>
        <Checkbox
          aria-label={`Select ${run.name}`}
          checked={selected}
          onChange={(event) => selectRun(run.id, event.currentTarget.checked)}
        />
      </td>
      <th scope="row">
        <button type="button" className={classes["open"]} data-run={run.id} onClick={() => openRun(run.id)}>
          {run.name}
        </button>
      </th>
      <td title={formatExactDate(run.startedAt)}>{formatDate(run.startedAt)}</td>
      <td>{run.kind}</td>
      <td title={run.failure ?? undefined}>
        <RunStatusBadge status={run.status} />
      </td>
      <td data-numeric="true" className="mono">
        {formatNumber(run.rows)}
      </td>
      <td data-numeric="true" className="mono">
        {run.threads}
      </td>
      <td data-wrap="true">
        <KeyNumbers summary={run.summary} />
      </td>
      <td className={tables["quiet"]} title={run.machineId}>
        {here ? "this one" : run.machineId.slice(0, 8)}
      </td>
    </tr>
  );
}

/** Arrows move between the runs' names; Space selects. Enter opens, as on every button. */
function onRowKey(event: KeyboardEvent<HTMLTableRowElement>, runId: string, selected: boolean): void {
  const onName = event.target instanceof HTMLButtonElement;
  const rowThere = {
    ArrowDown: event.currentTarget.nextElementSibling,
    ArrowUp: event.currentTarget.previousElementSibling,
  }[event.key];
  if (rowThere instanceof HTMLElement) rowThere.querySelector<HTMLElement>("[data-run]")?.focus();
  else if (event.key === " " && onName) selectRun(runId, !selected);
  else return;
  event.preventDefault();
}
