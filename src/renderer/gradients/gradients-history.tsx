import { Button } from "@mantine/core";
import { useState } from "react";
import { formatDate } from "../../shared/format/date.ts";
import { gradcheckStore } from "./gradcheck-store.ts";
import { readGradcheck } from "./gradcheck-actions.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { DataTable } from "../ui/data-table.tsx";
import { GradientsComparison } from "./gradients-comparison.tsx";
import own from "./gradients.module.css";
import { grouped } from "../../core/grouped.ts";

/** Checks that are shown; the Runs view has all. */
const MOST = 10;

/** Earlier checks, the newest first: each can be opened again. */
export function GradientsHistory({ shownId }: { readonly shownId: string | null }) {
  const runs = useStore(labStore, (state) => state.runs);
  const shown = useStore(gradcheckStore, (state) => state.shown);
  const [otherId, setOtherId] = useState<string | null>(null);
  const checks = (runs ?? []).filter(({ kind }) => kind === "gradcheck").slice(0, MOST);
  if (checks.length === 0) return null;
  return (
    <section className={own["history"]} aria-label="Earlier checks">
      <h2>Earlier checks</h2>
      <DataTable label="List of earlier checks">
        <thead>
          <tr>
            <th scope="col">network</th>
            <th scope="col">when</th>
            <th scope="col">bug</th>
            <th scope="col">rows</th>
            <th scope="col">outcome</th>
            <th scope="col">
              <span className="visually-hidden">open</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {checks.map(({ id, name, startedAt, config, rows, summary, status }) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              <td>{formatDate(startedAt)}</td>
              <td>{String(config["bug"] ?? "none")}</td>
              <td data-numeric="true">{grouped(rows)}</td>
              <td>
                {status !== "finished" ? status : summary["passed"] === true ? "✓ passed" : "✕ did not pass"}
              </td>
              <td>
                <Button
                  variant="subtle"
                  size="compact-xs"
                  disabled={id === shownId || status === "running"}
                  aria-label={`Show the check ${name} of ${formatDate(startedAt)}`}
                  onClick={() => void readGradcheck(id)}
                >
                  {id === shownId ? "shown" : "show"}
                </Button>
                <Button
                  variant="subtle"
                  size="compact-xs"
                  disabled={id === shownId || shown === null || status === "running"}
                  aria-label={`Compare with the check ${name} of ${formatDate(startedAt)}`}
                  onClick={() => setOtherId(id)}
                >
                  compare
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </DataTable>
      {shown !== null && otherId !== null && otherId !== shown.runId && (
        <GradientsComparison reports={shown.reports} otherId={otherId} />
      )}
    </section>
  );
}
