import { Button } from "@mantine/core";
import { Timer } from "lucide-react";
import { useMemo } from "react";
import { showView } from "../app/views.ts";
import { useAnswer } from "../bridge/use-answer.ts";
import { ErrorNotice } from "../ui/notices.tsx";
import type { RunPartProps } from "../ui/run-part.ts";
import { StepProfileResult } from "./step-profile-result.tsx";
import { showProfile } from "./step-profile-store.ts";
import part from "../ui/run-part.module.css";

/** A profile as its run has kept it, and the way back to its view. */
export function StepProfileRunPart({ details: { run } }: RunPartProps) {
  const { id, status } = run;
  const input = useMemo(() => (status === "finished" ? { runId: id } : null), [id, status]);
  const answer = useAnswer(window.lab.profileGet, input, status, 0);
  return (
    <section className={part["part"]}>
      <h3>Where the step’s time goes</h3>
      {answer.kind === "failed" && <ErrorNotice title="The profile could not be read" error={answer.error} />}
      {answer.kind === "known" && (
        <>
          <div className={part["tools"]}>
            <Button
              variant="default"
              leftSection={<Timer size="1rem" aria-hidden="true" />}
              onClick={() => {
                showProfile(answer.value);
                showView("diagnostics");
              }}
            >
              Open in Diagnostics
            </Button>
          </div>
          <StepProfileResult profile={answer.value.report.profile} />
        </>
      )}
    </section>
  );
}
