import type { Forecast } from "../../../shared/experiments/forecast.ts";
import type { StagesSettings } from "../../../shared/experiments/stages.ts";
import type { Arena } from "../../engine/arena.ts";
import { APP_BYTES, forecastMemory, IMAGE_BYTES } from "../compute/forecast-memory.ts";
import { HIDDEN, IN_FEATURES } from "../compute/notebook-network.ts";
import { STAGE_DEFINITIONS, stageMs } from "./stage-definitions.ts";
import { stageChunkRows } from "./stage-inputs.ts";

/** Copies of x that TensorFlow.js holds at a time: x, its gradient, and what is read back. */
const TFJS_COPIES = 4;

/** Milliseconds that all stages take, by the costs in their table. */
export const expectedMs = ({ rows, samples }: StagesSettings): number =>
  STAGE_DEFINITIONS.reduce((sum, stage) => sum + (stageMs(stage, samples) * rows) / 50_000, 0);

/** Bytes that the stages need, by what needs them, and how long they take. */
export function forecastStages(
  settings: StagesSettings,
  arena: Arena,
  /** What earlier runs took, as a multiple of what was expected; null before the first, which is forecast by the table's machine. */
  pace: number | null,
): Forecast {
  const { rows, threads } = settings;
  const xBytes = rows * IN_FEATURES * 4;
  const parts = [
    { name: "training images", bytes: xBytes },
    { name: "image file while it is read", bytes: IMAGE_BYTES },
    { name: "gradients of six stages, kept for comparison", bytes: STAGE_DEFINITIONS.length * xBytes },
    { name: "activations of one stage", bytes: 4 * rows * HIDDEN * 4 },
    {
      name: "outer products, one chunk a worker",
      bytes: threads * stageChunkRows(threads) * IN_FEATURES * HIDDEN * 4,
    },
    { name: "TensorFlow.js", bytes: TFJS_COPIES * xBytes },
    { name: "the app itself", bytes: APP_BYTES },
  ];
  const seconds = ((pace ?? 1) * expectedMs(settings)) / 1000;
  return forecastMemory(parts, arena, seconds);
}
