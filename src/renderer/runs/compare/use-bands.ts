import { useMemo } from "react";
import type { BandsRequest, DrawnBand } from "../../../shared/runs/run-curves.ts";
import { useStore } from "../../store/create-store.ts";
import { runsRevision } from "../../store/lab-store.ts";
import { useAnswer, type Answer } from "../../bridge/use-answer.ts";

export const askBands = (request: BandsRequest) => window.lab.runsBands(request);

/** Averages over groups of runs; nothing is asked without a group. */
export function useBands(asked: BandsRequest): Answer<DrawnBand[]> {
  const key = JSON.stringify(asked);
  const request = useMemo((): BandsRequest | null => {
    const parsed = JSON.parse(key) as BandsRequest;
    return parsed.groups.length === 0 || parsed.metrics.length === 0 ? null : parsed;
  }, [key]);
  return useAnswer(askBands, request, useStore(runsRevision), 0);
}
