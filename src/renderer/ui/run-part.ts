import { createContext, type ComponentType } from "react";
import type { RunDetails, RunKind } from "../../shared/runs/run-records.ts";

/** What a part of a run's page is given. */
export interface RunPartProps {
  readonly details: RunDetails;
}

/** What the views of kinds of runs add to the pages of such runs. */
export type RunParts = Readonly<Partial<Record<RunKind, { readonly Part?: ComponentType<RunPartProps> }>>>;

/** Filled by the app, so that the Runs view knows no other view. */
export const RunPartsContext = createContext<RunParts>({});
