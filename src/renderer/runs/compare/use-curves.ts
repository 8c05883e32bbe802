import { useMemo } from "react";
import type { CurvesRequest, DrawnCurve } from "../../../shared/runs/run-curves.ts";
import { useStore } from "../../store/create-store.ts";
import { runsRevision } from "../../store/lab-store.ts";
import { useAnswer, type Answer } from "../../bridge/use-answer.ts";

const ask = (request: CurvesRequest) => window.lab.runsCurves(request);

/** Curves of several runs, asked for again when any part of the request changes; null and no metrics ask nothing. */
export function useCurves(asked: CurvesRequest | null): Answer<DrawnCurve[]> {
  // The same request is the same text, whatever objects it is made of.
  const key = JSON.stringify(asked?.metrics?.length === 0 ? null : asked);
  const request = useMemo(() => JSON.parse(key) as CurvesRequest | null, [key]);
  // A run that is followed has new numbers while it is looked at.
  return useAnswer(ask, request, useStore(runsRevision), 0);
}
