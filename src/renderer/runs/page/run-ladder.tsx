import { Button } from "@mantine/core";
import { ChartNoAxesColumnIncreasing } from "lucide-react";
import { useMemo } from "react";
import type { LadderRecord } from "../../../shared/experiments/ladder.ts";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import { showView } from "../../app/views.ts";
import { useAnswer } from "../../bridge/use-answer.ts";
import { takeLadderSettings } from "../../ladder/ladder-form.ts";
import { LadderExport } from "../../ladder/ladder-export.tsx";
import { RungTable } from "../../ladder/rung-table.tsx";
import { showLadder } from "../../ladder/ladder-store.ts";
import { ErrorNotice } from "../../ui/notices.tsx";
import classes from "../runs.module.css";

/** The rungs of a ladder's run, and the way back to its view. */
export function RunLadder({ run: { id, status } }: { readonly run: RunSummary }) {
  const input = useMemo(() => ({ runId: id }), [id]);
  const answer = useAnswer(window.lab.ladderGet, input, status, 0);
  return (
    <section className={classes["part"]}>
      <h3>Rungs</h3>
      {answer.kind === "failed" && <ErrorNotice title="The rungs could not be read" error={answer.error} />}
      {answer.kind === "known" && (
        <>
          <div className={classes["tools"]}>
            <Button
              variant="default"
              leftSection={<ChartNoAxesColumnIncreasing size="1rem" aria-hidden="true" />}
              onClick={() => openInLadder(answer.value)}
            >
              Open in Ladder with these settings
            </Button>
            <LadderExport runId={id} disabled={answer.value.rungs.length === 0} />
          </div>
          <RungTable results={answer.value.rungs} />
        </>
      )}
    </section>
  );
}

function openInLadder(record: LadderRecord): void {
  takeLadderSettings(record.settings);
  showLadder(record);
  showView("ladder");
}
