import type { RunSummary } from "../../../shared/run-records.ts";
import { DASHES } from "../../charts/chart-theme.ts";
import { RUN_COLOURS } from "../../../shared/run-records.ts";

/** How a run is drawn beside others: 36 pairs of colour and dash before one comes again. */
export interface RunLook {
  readonly run: RunSummary;
  readonly colour: number;
  readonly dash: number;
  /** The name, with the id where two have the same. */
  readonly label: string;
}

/** The colour that a person chose, else the next in order; the dash tells apart what has the same colour. */
export function looksOf(runs: readonly RunSummary[]): readonly RunLook[] {
  const names = runs.map(({ name }) => name);
  const used = new Set<string>();
  return runs.map((run, i) => {
    const colour = run.colour ?? i % RUN_COLOURS;
    // Dashes differ even where colours do: colour is never the only signal.
    let dash = (i + Math.floor(i / RUN_COLOURS)) % DASHES.length;
    for (let tries = 0; used.has(`${colour} ${dash}`) && tries < DASHES.length; tries++) {
      dash = (dash + 1) % DASHES.length;
    }
    used.add(`${colour} ${dash}`);
    const alone = names.filter((name) => name === run.name).length === 1;
    return { run, colour, dash, label: alone ? run.name : `${run.name} (${run.id})` };
  });
}
