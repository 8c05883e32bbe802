import { MEMORY_QUANTITIES as NAMES } from "../../../shared/runs/memory-quantities.ts";
import type { Quantities } from "../../../shared/runs/run-records.ts";
import { formatBytes } from "../../../shared/format/number.ts";
import type { Fact } from "../../ui/fact-list.tsx";

const bytesOf = (summary: Quantities, name: string): number | null => {
  const value = summary[name];
  return typeof value === "number" ? value : null;
};

/** What memory a run took: its tensors as forecast and as counted, and the main process at most. */
export function memoryFacts(summary: Quantities): readonly Fact[] {
  const [forecast, peak] = [bytesOf(summary, NAMES.forecast), bytesOf(summary, NAMES.peak)];
  const [before, peakRss] = [bytesOf(summary, NAMES.rssBefore), bytesOf(summary, NAMES.peakRss)];
  const said = forecast === null ? "" : `forecast ${formatBytes(forecast)} · `;
  return [
    ...(peak === null
      ? []
      : [
          {
            label: "tensors",
            text: `${said}measured ${formatBytes(peak)}`,
            exact: `${forecast === null ? "not forecast" : `forecast ${forecast} B`}; measured ${peak} B in the arena at most, scratch of the workers with it`,
          },
        ]),
    ...(before === null || peakRss === null
      ? []
      : [
          {
            label: "main process",
            text: `${formatBytes(before)} before, at most ${formatBytes(peakRss)}`,
            exact: `resident: ${before} B before the run, at most ${peakRss} B while it was on, with all that the app and its threads hold`,
          },
        ]),
  ];
}
