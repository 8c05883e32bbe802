import type { Quantities } from "./run-records.ts";

/**
 * What a run keeps of its memory among its key numbers, in bytes: tensors and scratch in the arena at a time, as they
 * were forecast and as they were counted, and the resident memory of the main process, whose threads compute, before the
 * run and at most.
 */
export const MEMORY_QUANTITIES = {
  forecast: "forecastTensorsBytes",
  peak: "peakTensorsBytes",
  rssBefore: "rssBeforeBytes",
  peakRss: "peakRssBytes",
} as const;

/** The other key numbers; a peak of the process without the rest was kept by earlier versions. */
export const withoutMemory = (summary: Quantities): Quantities =>
  MEMORY_QUANTITIES.rssBefore in summary
    ? Object.fromEntries(
        Object.entries(summary).filter(([name]) => !Object.values<string>(MEMORY_QUANTITIES).includes(name)),
      )
    : summary;
