import { runLabels } from "../../../shared/runs/run-differences.ts";
import type { RunSummary } from "../../../shared/runs/run-records.ts";
import { DASHES } from "../../charts/kit/chart-theme.ts";
import { RUN_COLOURS } from "../../../shared/runs/run-records.ts";

/** How a run is drawn beside others: 36 pairs of colour and dash before one comes again. */
export interface RunLook {
  readonly run: RunSummary;
  readonly colour: number;
  readonly dash: number;
  /** What tells it from the others: "lr 0.05, seed 3", or its name. */
  readonly label: string;
}

/** The colour that a person chose, else the next in order; the dash tells apart what has the same colour. */
export function looksOf(runs: readonly RunSummary[]): readonly RunLook[] {
  const labels = runLabels(runs);
  const used = new Set<string>();
  return runs.map((run, i) => {
    const colour = run.colour ?? i % RUN_COLOURS;
    // Dashes differ even where colours do: colour is never the only signal.
    let dash = (i + Math.floor(i / RUN_COLOURS)) % DASHES.length;
    for (let tries = 0; used.has(`${colour} ${dash}`) && tries < DASHES.length; tries++) {
      dash = (dash + 1) % DASHES.length;
    }
    used.add(`${colour} ${dash}`);
    return { run, colour, dash, label: labels[i] ?? run.name };
  });
}
