import { Button } from "@mantine/core";
import { ChartNoAxesColumnIncreasing } from "lucide-react";
import { useMemo, useState } from "react";
import type { LadderRecord, ProductShape } from "../../shared/experiments/ladder.ts";
import type { RunPartProps } from "../ui/run-part.ts";
import { showView } from "../app/views.ts";
import { useAnswer } from "../bridge/use-answer.ts";
import { takeLadderSettings } from "./ladder-form.ts";
import { LadderExport } from "./ladder-export.tsx";
import { LadderBars } from "./ladder-bars.tsx";
import { LadderFigures } from "./ladder-charts.tsx";
import { firstShown, shapesOf } from "./ladder-results.ts";
import { RungTable } from "./rung-table.tsx";
import { SizeChoice } from "./size-choice.tsx";
import { showLadder } from "./ladder-store.ts";
import { ErrorNotice } from "../ui/notices.tsx";
import part from "../ui/run-part.module.css";

/** The rungs of a ladder's run, and the way back to its view. */
export function LadderRunPart({ details: { run } }: RunPartProps) {
  const { id, status } = run;
  const input = useMemo(() => ({ runId: id }), [id]);
  const answer = useAnswer(window.lab.ladderGet, input, status, 0);
  return (
    <section className={part["part"]}>
      <h3>Rungs</h3>
      {answer.kind === "failed" && <ErrorNotice title="The rungs could not be read" error={answer.error} />}
      {answer.kind === "known" && (
        <>
          <div className={part["tools"]}>
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
          <RunCharts key={id} record={answer.value} />
        </>
      )}
    </section>
  );
}

/** Bars and charts of one size. */
function RunCharts({ record }: { readonly record: LadderRecord }) {
  const { rungs: results, settings } = record;
  const [chosen, setChosen] = useState<ProductShape | null>(null);
  const shape = chosen ?? firstShown(results) ?? settings.shape;
  return (
    <>
      <SizeChoice shapes={shapesOf(results)} shape={shape} onChoose={setChosen} />
      <LadderBars results={results} shape={shape} />
      <LadderFigures results={results} record={record} shape={shape} threads={settings.threads} />
    </>
  );
}

function openInLadder(record: LadderRecord): void {
  takeLadderSettings(record.settings);
  showLadder(record);
  showView("ladder");
}
