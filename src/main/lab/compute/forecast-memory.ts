import { freemem } from "node:os";
import type { Forecast, NotebookSettings } from "../../../shared/experiments/notebook.ts";
import type { Arena } from "../../engine/arena.ts";
import { HIDDEN, IN_FEATURES, VALID_ROWS } from "./notebook-network.ts";
import { OUTER_PRODUCT_CHUNK_ROWS } from "./pass-timings.ts";

/** Images of the training file, one byte a pixel, while they are read. */
export const IMAGE_BYTES = 60_000 * (IN_FEATURES + 1);
/** Stages whose gradients stay until the next run, so that any cell can be run again. */
const STAGES = 4;
/** Electron, its window and V8's heaps, on top of the arena. */
export const APP_BYTES = 400e6;

/** Bytes that the whole notebook will need, by what needs them. */
export function notebookMemory(settings: NotebookSettings): { name: string; bytes: number }[] {
  const { rows, threads } = settings;
  const xBytes = rows * IN_FEATURES * 4;
  const hiddenBytes = rows * HIDDEN * 4;
  return [
    { name: "training and validation images", bytes: xBytes + VALID_ROWS * IN_FEATURES * 4 },
    { name: "image file while it is read", bytes: IMAGE_BYTES },
    { name: "activations and gradients of four stages", bytes: STAGES * (xBytes + 4 * hiddenBytes) },
    { name: "x.g in float64, for the checks", bytes: 2 * xBytes },
    {
      name: "outer products, one chunk a worker",
      bytes: threads * OUTER_PRODUCT_CHUNK_ROWS * IN_FEATURES * HIDDEN * 4,
    },
    { name: "the app itself", bytes: APP_BYTES },
  ];
}

/** Forecast and, when it cannot fit, the reason in words. */
export function forecastMemory(
  parts: { name: string; bytes: number }[],
  arena: Arena,
  seconds: number | null,
): Forecast {
  const totalBytes = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  // What the arena has committed already is reused, not taken from the free memory again.
  const availableBytes = Math.min(freemem() + arena.committedBytes, arena.maximumBytes);
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(3)} GB`;
  const refusal =
    totalBytes <= availableBytes
      ? ""
      : `This needs ${gigabytes(totalBytes)} and ${gigabytes(availableBytes)} are free. Use fewer rows, or close other programs.`;
  return { parts, totalBytes, availableBytes, seconds, refusal };
}
