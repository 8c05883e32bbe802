import { Button } from "@mantine/core";
import { Layers } from "lucide-react";
import { useMemo } from "react";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import type { StagesRecord } from "../../../shared/experiments/stages.ts";
import { showView } from "../../app/views.ts";
import { useAnswer } from "../../bridge/use-answer.ts";
import { useStore } from "../../store/create-store.ts";
import { showStages, stagesStore } from "../../stages/stages-store.ts";
import { AgreementPart } from "../../stages/agreement-part.tsx";
import { GainsPart } from "../../stages/gains-part.tsx";
import { takeStagesSettings } from "../../stages/stages-form.ts";
import { ErrorNotice } from "../../ui/notices.tsx";
import classes from "../runs.module.css";

/** What a run of the stages found, and the way back to their view. */
export function RunStages({ run: { id, status } }: { readonly run: RunSummary }) {
  const input = useMemo(() => ({ runId: id }), [id]);
  const answer = useAnswer(window.lab.stagesGet, input, status, 0);
  const stages = useStore(stagesStore, (state) => state.stages) ?? [];
  return (
    <section className={classes["part"]}>
      {answer.kind === "failed" && <ErrorNotice title="The stages could not be read" error={answer.error} />}
      {answer.kind === "known" && (
        <>
          <div className={classes["tools"]}>
            <Button
              variant="default"
              leftSection={<Layers size="1rem" aria-hidden="true" />}
              onClick={() => openInStages(answer.value)}
            >
              Open in Stages with these settings
            </Button>
          </div>
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
