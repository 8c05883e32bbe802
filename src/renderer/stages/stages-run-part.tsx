import { Button } from "@mantine/core";
import { Layers } from "lucide-react";
import { useMemo } from "react";
import type { RunPartProps } from "../ui/run-part.ts";
import type { StagesRecord } from "../../shared/experiments/stages.ts";
import { showView } from "../app/views.ts";
import { useAnswer } from "../bridge/use-answer.ts";
import { useStore } from "../store/create-store.ts";
import { showStages, stagesStore } from "./stages-store.ts";
import { AgreementPart } from "./agreement-part.tsx";
import { GainsPart } from "./gains-part.tsx";
import { takeStagesSettings } from "./stages-form.ts";
import { ReadingNotes } from "../ui/reading-notes.tsx";
import { ErrorNotice } from "../ui/notices.tsx";
import part from "../ui/run-part.module.css";

/** What a run of the stages found, and the way back to their view. */
export function StagesRunPart({ details: { run } }: RunPartProps) {
  const { id, status } = run;
  const input = useMemo(() => ({ runId: id }), [id]);
  const answer = useAnswer(window.lab.stagesGet, input, status, 0);
  const stages = useStore(stagesStore, (state) => state.stages) ?? [];
  return (
    <section className={part["part"]}>
      {answer.kind === "failed" && <ErrorNotice title="The stages could not be read" error={answer.error} />}
      {answer.kind === "known" && (
        <>
          <div className={part["tools"]}>
            <Button
              variant="default"
              leftSection={<Layers size="1rem" aria-hidden="true" />}
              onClick={() => openInStages(answer.value)}
            >
              Open in Stages with these settings
            </Button>
          </div>
          <ReadingNotes warnings={answer.value.report.conditions?.warnings ?? []} />
          {answer.value.report.gains.length > 0 && <GainsPart gains={answer.value.report.gains} />}
          {answer.value.report.pairs.length > 0 && (
            <AgreementPart report={answer.value.report} stages={stages} />
          )}
        </>
      )}
    </section>
  );
}

function openInStages(record: StagesRecord): void {
  takeStagesSettings(record.report.settings);
  showStages(record);
  showView("stages");
}
