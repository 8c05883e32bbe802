import { useState } from "react";
import type { ProductShape } from "../../shared/experiments/ladder.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import type { ShownLadder } from "./ladder-store.ts";
import { LadderBars } from "./ladder-bars.tsx";
import { LadderCharts } from "./ladder-charts.tsx";
import { LadderComparisonPart } from "./ladder-comparison-part.tsx";
import { LadderHead } from "./ladder-head.tsx";
import { LadderNotes } from "./ladder-notes-list.tsx";
import { firstShown, shapesOf } from "./ladder-results.ts";
import { RungCards } from "./rung-cards.tsx";
import { SizeChoice } from "./size-choice.tsx";

/** A ladder that runs or ran: what to know about it, its charts, its rungs, and how it compares. */
export function ClimbedLadder({ shown }: { readonly shown: ShownLadder }) {
  const { runId, settings, results, record } = shown;
  const running = useStore(
    labStore,
    ({ activity }) => activity?.kind === "ladder" && activity.runId === runId,
  );
  const [chosen, setChosen] = useState<ProductShape | null>(null);
  const shape = chosen ?? firstShown(results) ?? settings.shape;
  return (
    <>
      <LadderHead shown={shown} running={running} />
      <SizeChoice shapes={shapesOf(results)} shape={shape} onChoose={setChosen} />
      <LadderNotes results={results} record={record} shape={shape} running={running} />
      <LadderBars results={results} shape={shape} />
      <RungCards results={results} shape={shape} running={running} />
      <LadderCharts results={results} record={record} shape={shape} threads={settings.threads} />
      {!running && <LadderComparisonPart runId={runId} />}
    </>
  );
}
