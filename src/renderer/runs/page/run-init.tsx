import { useMemo } from "react";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import { useAnswer } from "../../bridge/use-answer.ts";
import { InitResults } from "../../initialise/initialise-view.tsx";
import { ErrorNotice } from "../../ui/notices.tsx";
import classes from "../runs.module.css";

/** What a saved initialisation showed. */
export function RunInit({ run: { id, status } }: { readonly run: RunSummary }) {
  const input = useMemo(() => ({ runId: id }), [id]);
  const answer = useAnswer(window.lab.initGet, input, status, 0);
  return (
    <section className={classes["part"]}>
      {answer.kind === "failed" && <ErrorNotice title="The layers could not be read" error={answer.error} />}
      {answer.kind === "known" && <InitResults report={answer.value.report} />}
    </section>
  );
}
