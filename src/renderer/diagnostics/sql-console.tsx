import { Button, Textarea } from "@mantine/core";
import { Play } from "lucide-react";
import { useState } from "react";
import { counted } from "../../core/counted.ts";
import type { SqlAnswer } from "../../shared/runs/run-exports.ts";
import type { WireError } from "../../shared/ipc/wire-error.ts";
import { ask, wireErrorOf } from "../bridge/lab.ts";
import { formatDuration } from "../../shared/format/duration.ts";
import { toTsv } from "../format/delimited-text.ts";
import { copyText, saveTable } from "../store/save.ts";
import { DataTable } from "../ui/data-table.tsx";
import { ErrorNotice } from "../ui/notices.tsx";
import classes from "./diagnostics.module.css";

const EXAMPLE = `SELECT kind, count(*) AS runs, max(started_at) AS latest
FROM run GROUP BY kind ORDER BY runs DESC`;

/** One SELECT on the database, for those who want it: it can only read, and ends after ten seconds. */
export function SqlConsole() {
  const [sql, setSql] = useState(EXAMPLE);
  const [answer, setAnswer] = useState<SqlAnswer | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  const [running, setRunning] = useState(false);
  const run = async () => {
    setRunning(true);
    try {
      setAnswer(await ask(window.lab.databaseQuery({ sql })));
      setError(null);
    } catch (thrown) {
      setAnswer(null);
      setError(wireErrorOf(thrown));
    } finally {
      setRunning(false);
    }
  };
  const table =
    answer === null
      ? null
      : { columns: answer.columns, rows: answer.rows.map((row) => row.map((value) => value ?? "")) };
  return (
    <details className={classes["sql"]}>
      <summary>Ask the database in SQL</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <Textarea
          label="SELECT statement"
          description="It only reads. At most 1,000 rows and 10 seconds. The tables: machine, run, series, point, timing, gradient_check, cell, ladder, rung, rung_sample, report, event; docs/database.md describes them."
          autosize
          minRows={3}
          maxRows={12}
          spellCheck={false}
          value={sql}
          onChange={(event) => setSql(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void run();
          }}
        />
        <div className={classes["databaseTools"]}>
          <Button type="submit" disabled={running} leftSection={<Play size="1rem" aria-hidden="true" />}>
            {running ? "Asking…" : "Ask"}
          </Button>
          {table !== null && (
            <>
              <Button variant="default" onClick={() => void copyText("Rows", toTsv(table))}>
                Copy the rows
              </Button>
              <Button variant="default" onClick={() => void saveTable("SQL answer", table)}>
                Save as CSV
              </Button>
            </>
          )}
        </div>
      </form>
      {error !== null && <ErrorNotice title="The database did not answer" error={error} />}
      {answer !== null && (
        <>
          <p role="status">
            {answer.cut ? "The first " : ""}
            {counted(answer.rows.length, "row")} in {formatDuration(answer.ms)}
          </p>
          <DataTable label="Answer of the database" columns="chosen">
            <thead>
              <tr>
                {answer.columns.map((column, i) => (
                  <th
                    key={i}
                    scope="col"
                    data-numeric={answer.rows.every((row) => typeof row[i] === "number")}
                  >
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {answer.rows.map((row, i) => (
                <tr key={i}>
                  {row.map((value, j) => (
                    <td key={j} className="mono" data-numeric={typeof value === "number"}>
                      {value === null ? "NULL" : String(value)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </DataTable>
        </>
      )}
    </details>
  );
}
