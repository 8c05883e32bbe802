import { useCallback, useEffect, useState } from "react";
import type { RunDetails } from "../../../shared/runs/run-records.ts";
import type { WireError } from "../../../shared/ipc/wire-error.ts";
import { ask, wireErrorOf } from "../../bridge/lab.ts";

export type RunDetailsState =
  | { readonly kind: "reading" }
  | { readonly kind: "known"; readonly details: RunDetails }
  | { readonly kind: "failed"; readonly error: WireError; readonly retry: () => void };

/** The whole record of a run, read again each time `revision` changes. */
export function useRunDetails(runId: string, revision: number): RunDetailsState {
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  const [state, setState] = useState<RunDetailsState>({ kind: "reading" });
  useEffect(() => {
    let current = true;
    ask(window.lab.runsGet({ runId })).then(
      (details) => current && setState({ kind: "known", details }),
      (error: unknown) => current && setState({ kind: "failed", error: wireErrorOf(error), retry }),
    );
    return () => {
      current = false;
    };
  }, [runId, revision, attempt, retry]);
  return state;
}
