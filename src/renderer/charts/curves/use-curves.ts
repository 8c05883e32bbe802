import { useMemo } from "react";
import type { CurvesRequest, DrawnCurve } from "../../../shared/runs/run-curves.ts";
import { useStore } from "../../store/create-store.ts";
import { runsRevision } from "../../store/lab-store.ts";
import { useAnswer, type Answer } from "../../bridge/use-answer.ts";

export const askCurves = (request: CurvesRequest) => window.lab.runsCurves(request);

/** Curves of runs, asked for again when any part of the request changes; no metrics ask nothing. */
export function useCurves(asked: CurvesRequest): Answer<DrawnCurve[]> {
  // The same request is the same text, whatever objects it is made of.
  const key = JSON.stringify(asked.metrics?.length === 0 ? null : asked);
  const request = useMemo(() => JSON.parse(key) as CurvesRequest | null, [key]);
  // A run that is followed has new numbers while it is looked at.
  return useAnswer(askCurves, request, useStore(runsRevision), 0);
}
