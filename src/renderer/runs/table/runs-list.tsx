import { Button, SegmentedControl } from "@mantine/core";
import { Play, Trash2, Upload } from "lucide-react";
import { grouped } from "../../../core/grouped.ts";
import { showView } from "../../app/views.ts";
import { ConfirmButton } from "../../ui/confirm-button.tsx";
import { EmptyState, ErrorNotice } from "../../ui/notices.tsx";
import { ColumnsMenu } from "./columns-menu.tsx";
import { FilterBox } from "./filter-box.tsx";
import { GroupChoice } from "./group-choice.tsx";
import { GroupTable } from "./group-table.tsx";
import { FollowedStrip } from "../../exchange/followed-strip.tsx";
import { ImportMenu } from "../../exchange/import-menu.tsx";
import { emptyTrash, importRuns } from "../run-actions.ts";
import { RunGrid } from "./run-grid.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { changeTableView, SCOPES, useTableView } from "./table-view.ts";
import { useRunTable, type RunTable } from "./use-run-table.ts";
import { ViewsMenu } from "./views-menu.tsx";
import classes from "../runs.module.css";
import part from "../../ui/run-part.module.css";

/** Every saved run: filtered, sorted, grouped, chosen. */
export function RunsList() {
  const view = useTableView();
  const { state, ensure } = useRunTable(view);
  return (
    <div className={classes["list"]}>
      <div className={`${part["tools"] ?? ""} ${classes["listTools"] ?? ""}`}>
        <ViewsMenu view={view} />
        <FilterBox query={view.query} problem={state.kind === "known" ? state.table.problem : null} />
        <SegmentedControl
          size="xs"
          aria-label="Which runs"
          value={view.scope}
          data={SCOPES.map((scope) => ({ ...scope }))}
          onChange={(chosen) => {
            const scope = SCOPES.find(({ value }) => value === chosen);
            if (scope !== undefined) changeTableView({ scope: scope.value });
          }}
        />
        <GroupChoice groupBy={view.groupBy} />
        <ColumnsMenu columns={view.columns} />
        <Button
          variant="default"
          size="xs"
          leftSection={<Upload size="0.875rem" aria-hidden="true" />}
          onClick={() => void importRuns()}
        >
          Import
        </Button>
        <ImportMenu />
        {view.scope === "trash" && (
          <ConfirmButton
            leftSection={<Trash2 size="0.875rem" aria-hidden="true" />}
            disabled={state.kind !== "known" || state.table.inScope === 0}
            question="Everything in the trash is deleted for good, with what trainings learned. This cannot be undone."
            confirm="Delete for good"
            onConfirm={() => void emptyTrash(null)}
          >
            Empty the trash
          </ConfirmButton>
        )}
      </div>
      <FollowedStrip />
      {state.kind === "failed" && (
        <ErrorNotice title="The saved runs could not be read" error={state.error} onRetry={state.retry} />
      )}
      {state.kind === "reading" && <p className={classes["waiting"]}>Reading the saved runs…</p>}
      {state.kind === "known" && (
        <>
          {state.table.inScope > 0 && <SelectionBar table={state.table} scope={view.scope} />}
          <Content table={state.table} ensure={ensure} />
        </>
      )}
    </div>
  );
}

function Content({
  table,
  ensure,
}: {
  readonly table: RunTable;
  readonly ensure: (first: number, last: number) => void;
}) {
  const view = useTableView();
  if (table.groups !== null && view.groupBy !== null && table.total > 0) {
    return <GroupTable groups={table.groups} groupBy={view.groupBy} columns={view.columns} />;
  }
  if (table.total > 0) return <RunGrid table={table} view={view} onVisible={ensure} />;
  if (table.inScope > 0) {
    return (
      <EmptyState
        action={
          <Button variant="default" onClick={() => changeTableView({ query: "" })}>
            Show all {grouped(table.inScope)}
          </Button>
        }
      >
        No run matches the filter.
      </EmptyState>
    );
  }
  if (view.scope === "trash") return <p className={classes["waiting"]}>The trash is empty.</p>;
  if (view.scope === "archived") return <p className={classes["waiting"]}>Nothing is archived.</p>;
  return (
    <EmptyState
      action={
        <Button
          leftSection={<Play size="1rem" aria-hidden="true" />}
          onClick={() => {
            showView("notebook");
          }}
        >
          Go to the notebook
        </Button>
      }
    >
      No run was saved yet: whatever you run in the notebook or train is kept here.
    </EmptyState>
  );
}
