import { Button } from "@mantine/core";
import { FileDown, Sprout } from "lucide-react";
import { useMemo } from "react";
import type { InitReport } from "../../shared/experiments/init.ts";
import type { RunPartProps } from "../ui/run-part.ts";
import { showView } from "../app/views.ts";
import { useAnswer } from "../bridge/use-answer.ts";
import { showInit } from "./init-store.ts";
import { takeInitSettings } from "./initialise-form.ts";
import { InitResults } from "./initialise-view.tsx";
import { exportRuns } from "../store/save.ts";
import { ErrorNotice } from "../ui/notices.tsx";
import part from "../ui/run-part.module.css";

/** What a saved initialisation showed, and the way back to its view. */
export function InitRunPart({ details: { run } }: RunPartProps) {
  const { id, status } = run;
  const input = useMemo(() => ({ runId: id }), [id]);
  const answer = useAnswer(window.lab.initGet, input, status, 0);
  return (
    <section className={part["part"]}>
      <h3>Layers</h3>
      {answer.kind === "failed" && <ErrorNotice title="The layers could not be read" error={answer.error} />}
      {answer.kind === "known" && (
        <>
          <div className={part["tools"]}>
            <Button
              variant="default"
              leftSection={<Sprout size="1rem" aria-hidden="true" />}
              onClick={() => openInInitialise(answer.value.report)}
            >
              Open in Initialise with these settings
            </Button>
            <Button
              variant="default"
              leftSection={<FileDown size="1rem" aria-hidden="true" />}
              onClick={() => void exportRuns("layers", [id])}
            >
              Layers as CSV
            </Button>
          </div>
          <InitResults report={answer.value.report} />
        </>
      )}
    </section>
  );
}

function openInInitialise(report: InitReport): void {
  takeInitSettings(report.settings);
  showInit(report);
  showView("initialise");
}
