import type { RunCatalogue } from "../../../shared/runs/run-table.ts";
import { useAnswer } from "../../bridge/use-answer.ts";
import { useStore } from "../../store/create-store.ts";
import { runsRevision } from "../../store/lab-store.ts";

const NOTHING: RunCatalogue = { config: [], summary: [], metrics: [], timings: [], tags: [] };
const ask = () => window.lab.runsCatalogue();
const ASKED = {};

/** What there is to choose from, asked for while `open`. */
export function useCatalogue(open: boolean): RunCatalogue {
  const answer = useAnswer(ask, open ? ASKED : null, useStore(runsRevision));
  return answer.kind === "known" ? answer.value : NOTHING;
}
