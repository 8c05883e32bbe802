import { NativeSelect } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { useCallback, useState } from "react";
import type { RunSummary } from "../../shared/runs/run-records.ts";
import { useAnswer } from "../bridge/use-answer.ts";
import { formatDate } from "../../shared/format/date.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { ErrorNotice } from "../ui/notices.tsx";
import { LADDER_PARTS } from "./ladder-parts.tsx";
import { ComparisonTable } from "./comparison-table.tsx";
import classes from "./ladder-view.module.css";

const NONE: readonly RunSummary[] = [];

/** Another ladder beside this one, rung by rung. */
export function LadderComparisonPart({ runId }: { readonly runId: string }) {
  const runs = useStore(labStore, (state) => state.runs) ?? NONE;
  const others = runs.filter(
    ({ id, kind, status }) => kind === "ladder" && id !== runId && status !== "running",
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const call = useCallback((otherRunId: string) => window.lab.ladderCompare({ runId, otherRunId }), [runId]);
  const answer = useAnswer(call, chosen, null);
  return (
    <section className={classes["part"]} aria-labelledby={LADDER_PARTS.compare}>
      <h2 id={LADDER_PARTS.compare} tabIndex={-1}>
        Compare
      </h2>
      <div className={classes["chooser"]}>
        <NativeSelect
          label="With another ladder"
          description="the newest 100; older ones are compared in Runs"
          size="xs"
          disabled={others.length === 0}
          value={chosen ?? ""}
          data={[
            { value: "", label: others.length === 0 ? "no other ladder was climbed yet" : "choose a ladder" },
            ...others.map((run) => ({ value: run.id, label: `${run.name}, ${formatDate(run.startedAt)}` })),
          ]}
          onChange={(event) => setChosen(event.currentTarget.value === "" ? null : event.currentTarget.value)}
        />
      </div>
      {answer.kind === "failed" && (
        <ErrorNotice title="The two ladders were not compared" error={answer.error} />
      )}
      {answer.kind === "known" && (
        <>
          {!answer.value.sameMachine && (
            <Caution>
              These ladders were climbed on different machines: the ratios compare the machines, not the
              rungs.
            </Caution>
          )}
          {!answer.value.sameThreads && (
            <Caution>
              These ladders used different numbers of threads: compare rung 7 and the libraries with care.
            </Caution>
          )}
          {answer.value.warnings.one.map((warning) => (
            <Caution key={`one ${warning}`}>{`This ladder: ${warning}`}</Caution>
          ))}
          {answer.value.warnings.other.map((warning) => (
            <Caution key={`other ${warning}`}>{`The other ladder: ${warning}`}</Caution>
          ))}
          <ComparisonTable comparison={answer.value} />
        </>
      )}
    </section>
  );
}

function Caution({ children }: { readonly children: string }) {
  return (
    <p className={classes["caution"]}>
      <TriangleAlert size="1rem" aria-hidden="true" />
      {children}
    </p>
  );
}
