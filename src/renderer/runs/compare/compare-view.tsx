import { ActionIcon, Button } from "@mantine/core";
import { ArrowLeft, ListStart, Printer, TriangleAlert, X } from "lucide-react";
import { useCallback, useMemo } from "react";
import { useAnswer } from "../../bridge/use-answer.ts";
import { formatDate } from "../../../shared/format/date.ts";
import { useStore } from "../../store/create-store.ts";
import { runsRevision } from "../../store/lab-store.ts";
import { saveReport } from "../page/save-report.ts";
import { ErrorNotice } from "../../ui/notices.tsx";
import { PlainLayout } from "../../ui/view-layout.tsx";
import { ExportMenu } from "../table/export-menu.tsx";
import { openComparison, openRun, openTable } from "../../store/open-run.ts";
import { ChecksPart } from "./checks-part.tsx";
import { CurvesPart } from "./curves-part.tsx";
import { OwnPartsPart } from "./own-parts-part.tsx";
import { ParallelPart } from "./parallel-part.tsx";
import { ResultsPart } from "./results-part.tsx";
import { RunMark } from "./run-mark.tsx";
import { looksOf, type RunLook } from "./run-look.ts";
import { ScatterPart } from "./scatter-part.tsx";
import { SettingsPart } from "./settings-part.tsx";
import { TimingsPart } from "./timings-part.tsx";
import own from "./compare.module.css";

/** Runs side by side, on one page: what differs first, then curves, times, checks. */
export function CompareView({ runIds }: { readonly runIds: readonly string[] }) {
  const input = useMemo(() => ({ runIds: [...runIds] }), [runIds]);
  const call = useCallback((asked: { runIds: string[] }) => window.lab.runsCompare(asked), []);
  const answer = useAnswer(call, input, useStore(runsRevision), 0);
  const looks = useMemo(() => (answer.kind === "known" ? looksOf(answer.value.runs) : []), [answer]);
  return (
    <PlainLayout>
      <Button
        variant="subtle"
        color="gray"
        mb="xs"
        ml="-0.5rem"
        className={own["noPrint"] ?? ""}
        leftSection={<ArrowLeft size="1rem" aria-hidden="true" />}
        onClick={() => openTable()}
      >
        All runs
      </Button>
      {answer.kind === "none" && <p>Reading the runs…</p>}
      {answer.kind === "failed" && (
        <ErrorNotice title="The runs could not be compared" error={answer.error} />
      )}
      {answer.kind === "known" && (
        <>
          <div className={own["head"]}>
            <h2>{runIds.length} runs side by side</h2>
            <ExportMenu runIds={runIds} label="Export these runs" />
            <Button
              size="xs"
              variant="default"
              leftSection={<Printer size="0.875rem" aria-hidden="true" />}
              onClick={() => void saveReport(`Comparison of ${runIds.length} runs`)}
            >
              Report as PDF
            </Button>
          </div>
          <RunKey looks={looks} />
          {answer.value.cautions.length > 0 && (
            <ul className={own["cautions"]} aria-label="Mind these differences">
              {answer.value.cautions.map((caution, index) => (
                <li key={index}>
                  <TriangleAlert size="1rem" aria-hidden="true" />
                  {caution}
                </li>
              ))}
            </ul>
          )}
          <SettingsPart comparison={answer.value} looks={looks} />
          <OwnPartsPart comparison={answer.value} looks={looks} />
          <CurvesPart comparison={answer.value} looks={looks} />
          <ResultsPart comparison={answer.value} looks={looks} />
          <TimingsPart comparison={answer.value} looks={looks} />
          <ChecksPart comparison={answer.value} looks={looks} />
          <ParallelPart comparison={answer.value} looks={looks} />
          <ScatterPart comparison={answer.value} looks={looks} />
        </>
      )}
    </PlainLayout>
  );
}

/** Which line is which run; the first is what the others are compared with. */
function RunKey({ looks }: { readonly looks: readonly RunLook[] }) {
  const ids = looks.map(({ run }) => run.id);
  return (
    <ol className={own["key"]} aria-label="Compared runs">
      {looks.map((look, i) => (
        <li key={look.run.id}>
          <RunMark look={look} />
          <button
            type="button"
            className={own["open"]}
            title={`${look.run.name}, ${formatDate(look.run.startedAt)}`}
            onClick={() => openRun(look.run.id)}
          >
            {look.label}
          </button>
          {i === 0 ? (
            <span className={own["when"]}>first</span>
          ) : (
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              className={own["noPrint"] ?? ""}
              aria-label={`Compare with ${look.label}`}
              title="Compare the others with this one"
              onClick={() => openComparison([look.run.id, ...ids.filter((id) => id !== look.run.id)])}
            >
              <ListStart size="0.875rem" aria-hidden="true" />
            </ActionIcon>
          )}
          {ids.length > 2 && (
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              className={own["noPrint"] ?? ""}
              aria-label={`Leave out ${look.label}`}
              title="Leave it out"
              onClick={() => openComparison(ids.filter((id) => id !== look.run.id))}
            >
              <X size="0.875rem" aria-hidden="true" />
            </ActionIcon>
          )}
        </li>
      ))}
    </ol>
  );
}
