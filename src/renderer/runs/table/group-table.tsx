import { Button } from "@mantine/core";
import { MOST_GROUPS, type RunGroup } from "../../../shared/runs/run-table.ts";
import { MOST_COMPARED } from "../../../shared/runs/run-curves.ts";
import tables from "../../ui/data-table.module.css";
import { ExactText } from "../../ui/exact-text.tsx";
import { columnLabel, shownValue } from "./column-names.ts";
import { openComparison } from "../../store/open-run.ts";
import { selectRuns } from "./selected-runs.ts";
import { changeTableView } from "./table-view.ts";
import classes from "../runs.module.css";

interface GroupTableProps {
  readonly groups: readonly RunGroup[];
  readonly groupBy: string;
  readonly columns: readonly string[];
}

/** One row a group: how many runs, and mean ± standard deviation of every column that is a number. */
export function GroupTable({ groups, groupBy, columns }: GroupTableProps) {
  const numeric = columns.filter((_, i) => groups.some(({ cells }) => cells[i] !== null));
  return (
    <div className={classes["groupScroll"]} tabIndex={0} role="region" aria-label="Groups of runs">
      <table className={tables["table"]}>
        <caption className={classes["groupCaption"]}>
          Mean ± sample standard deviation over the runs of each group that have the value
          {groups.length === MOST_GROUPS && `; only the first ${MOST_GROUPS} groups are shown`}
        </caption>
        <thead>
          <tr>
            <th scope="col">{columnLabel(groupBy)}</th>
            <th scope="col" data-numeric="true">
              runs
            </th>
            {numeric.map((column) => (
              <th key={column} scope="col" data-numeric="true">
                {columnLabel(column)}
              </th>
            ))}
            <th scope="col">
              <span className="visually-hidden">what to do</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ value, runs, ids, cells }) => (
            <tr key={value}>
              <th scope="row">{shownValue(groupBy, value).text || value}</th>
              <td data-numeric="true">{runs}</td>
              {numeric.map((column) => {
                const cell = cells[columns.indexOf(column)] ?? null;
                if (cell === null) return <td key={column} />;
                const { mean, sd, n } = cell;
                return (
                  <td key={column} data-numeric="true">
                    <ExactText
                      text={
                        n < 2 || Number.isNaN(sd)
                          ? shownValue(column, mean).text
                          : `${shownValue(column, mean).text} ± ${shownValue(column, sd).text}`
                      }
                      exact={
                        n < 2
                          ? `${mean}, one run`
                          : `mean ${mean}, standard deviation ${sd}, ${n} of ${runs} runs`
                      }
                    />
                    {n < runs && <span className={tables["quiet"]}> ({n})</span>}
                  </td>
                );
              })}
              <td>
                <Button
                  variant="subtle"
                  size="compact-xs"
                  aria-label={`Show the runs of ${value}`}
                  onClick={() => {
                    selectRuns(ids);
                    changeTableView({ groupBy: null });
                  }}
                >
                  show
                </Button>
                <Button
                  variant="subtle"
                  size="compact-xs"
                  disabled={runs < 2 || runs > MOST_COMPARED}
                  aria-label={`Compare the runs of ${value}`}
                  onClick={() => openComparison(ids)}
                >
                  compare
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
