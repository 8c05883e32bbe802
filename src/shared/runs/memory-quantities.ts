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
