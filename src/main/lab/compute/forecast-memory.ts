import { freemem } from "node:os";
import type { Forecast, ForecastPart } from "../../../shared/experiments/forecast.ts";
import type { Arena } from "../../engine/arena.ts";

/** Electron, its window and V8's heaps, on top of the arena. */
export const APP_BYTES = 400e6;

/** How a forecast is made. */
export interface MemoryNeeds {
  /** In the arena at the same time. */
  readonly parts: readonly ForecastPart[];
  readonly beside?: readonly ForecastPart[];
}

const sumOf = (parts: readonly ForecastPart[]): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);

/** Forecast and, when it cannot fit, the reason in words. */
export function forecastMemory(
  { parts, beside = [] }: MemoryNeeds,
  arena: Arena,
  seconds: number | null,
): Forecast {
  const tensorBytes = sumOf(parts);
  const totalBytes = tensorBytes + sumOf(beside);
  // What the arena has committed already is reused, not taken from the free memory again.
  const availableBytes = Math.min(freemem() + arena.committedBytes, arena.maximumBytes);
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(3)} GB`;
  const refusal =
    totalBytes <= availableBytes
      ? ""
      : `This needs ${gigabytes(totalBytes)} and ${gigabytes(availableBytes)} are free. Use fewer rows, or close other programs.`;
  return {
    parts: [...parts],
    tensorBytes,
    beside: [...beside],
    totalBytes,
    availableBytes,
    seconds,
    refusal,
  };
}
