import { OutOfMemoryError } from "../../../../core/errors.ts";
import type { LabServices } from "../../activity/experiment.ts";
import { forecastMemory } from "../../compute/forecast-memory.ts";
import { requireFits } from "../../compute/require-fits.ts";
import type { ResolvedTraining } from "../resolved-training.ts";
import { trainingMemory } from "./training-memory.ts";

/**
 * Steps of a training without evaluations, before anything is allocated.
 *
 * @returns Bytes in the arena. @throws {ContractError} If the network does not fit its data. @throws {OutOfMemoryError}
 */
export function requireRoom(
  training: ResolvedTraining,
  threads: number,
  { engine, dataset: find }: LabServices,
): number {
  const { spec } = training;
  const dataset = find(spec.data.name);
  requireFits(spec, dataset);
  const workers = { threads, cacheBytes: engine.cacheBytes };
  const parts = trainingMemory(training, { dataset, workers, evaluated: false });
  const { refusal, tensorBytes } = forecastMemory({ parts }, engine.arena, null);
  if (refusal !== "") throw new OutOfMemoryError(refusal);
  return tensorBytes;
}
