import { Button } from "@mantine/core";
import { ShieldCheck } from "lucide-react";
import { useMemo } from "react";
import type { GradcheckRecord } from "../../shared/experiments/gradcheck.ts";
import type { RunPartProps } from "../ui/run-part.ts";
import { showView } from "../app/views.ts";
import { useAnswer } from "../bridge/use-answer.ts";
import { ChosenReport } from "./chosen-report.tsx";
import { takeGradcheckSettings } from "./gradients-form.ts";
import { showGradcheck } from "./gradcheck-store.ts";
import { ErrorNotice } from "../ui/notices.tsx";
import part from "../ui/run-part.module.css";

/** The reports of a gradient check's run, and the way back to its view. */
export function GradcheckRunPart({ details: { run } }: RunPartProps) {
  const { id, status } = run;
  const input = useMemo(() => ({ runId: id }), [id]);
  const answer = useAnswer(window.lab.gradcheckGet, input, status, 0);
  return (
    <section className={part["part"]}>
      <h3>Gradients</h3>
      {answer.kind === "failed" && <ErrorNotice title="The reports could not be read" error={answer.error} />}
      {answer.kind === "known" && (
        <>
          <div className={part["tools"]}>
            <Button
              variant="default"
              leftSection={<ShieldCheck size="1rem" aria-hidden="true" />}
              onClick={() => openInGradients(answer.value)}
            >
              Open in Gradients with these settings
            </Button>
          </div>
          <ChosenReport key={id} reports={answer.value.report.reports} />
        </>
      )}
    </section>
  );
}

function openInGradients(record: GradcheckRecord): void {
  takeGradcheckSettings(record.report.settings);
  showGradcheck(record);
  showView("gradients");
}
