import { Button } from "@mantine/core";
import { ShieldCheck } from "lucide-react";
import { useMemo } from "react";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import { showView } from "../../app/views.ts";
import { useAnswer } from "../../bridge/use-answer.ts";
import { ReportTable } from "../../gradients/report-table.tsx";
import { showGradcheck } from "../../gradients/gradcheck-store.ts";
import { ErrorNotice } from "../../ui/notices.tsx";
import classes from "../runs.module.css";

/** The reports of a gradient check's run, and the way back to its view. */
export function RunGradcheck({ run: { id, status } }: { readonly run: RunSummary }) {
  const input = useMemo(() => ({ runId: id }), [id]);
  const answer = useAnswer(window.lab.gradcheckGet, input, status, 0);
  return (
    <section className={classes["part"]}>
      <h3>Gradients</h3>
      {answer.kind === "failed" && <ErrorNotice title="The reports could not be read" error={answer.error} />}
      {answer.kind === "known" && (
        <>
          <div className={classes["tools"]}>
            <Button
              variant="default"
              leftSection={<ShieldCheck size="1rem" aria-hidden="true" />}
              onClick={() => {
                showGradcheck(answer.value);
                showView("gradients");
              }}
            >
              Open in Gradients
            </Button>
          </div>
          <ReportTable reports={answer.value.report.reports} chosen={null} />
        </>
      )}
    </section>
  );
}
