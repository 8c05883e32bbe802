import { MNIST_DATASET } from "../../../shared/experiments/dataset.ts";
import type { Forecast } from "../../../shared/experiments/forecast.ts";
import type { StagesSettings } from "../../../shared/experiments/stages.ts";
import type { Engine } from "../../engine/engine.ts";
import { expectRows } from "../compute/data-rows.ts";
import { dispatchBytes, ExpectedBytes, WORKERS_SCRATCH } from "../compute/expected-bytes.ts";
import { APP_BYTES, forecastMemory } from "../compute/forecast-memory.ts";
import { IN_FEATURES } from "../compute/notebook-network.ts";
import { recordStage } from "./measure-stage.ts";
import { placeGradients } from "./measure-tfjs.ts";
import { STAGE_DEFINITIONS, stageMs } from "./stage-definitions.ts";
import { placeInputs } from "./stage-inputs.ts";

/** Copies of x that TensorFlow.js holds at a time: x, its gradient, and what is read back. */
const TFJS_COPIES = 4;

/** Milliseconds that all stages take, by the costs in their table. */
export const expectedMs = ({ rows, samples }: StagesSettings): number =>
  STAGE_DEFINITIONS.reduce((sum, stage) => sum + (stageMs(stage, samples) * rows) / 50_000, 0);

/**
 * What the arena has while one stage is measured: data, the gradients of the stages so far, and what this one makes. Its
 * program is recorded as it will be, without memory.
 */
function memoryAt(last: number, { rows, threads }: StagesSettings, cacheBytes: number): ExpectedBytes {
  const expected = new ExpectedBytes();
  const data = expected.add("training images", (scope) => expectRows(scope, MNIST_DATASET, rows));
  const tensors = expected.add("weights", (scope) => placeInputs(scope, data));
  expected.add("gradients of the stages, kept for comparison", (scope) => {
    for (let stage = 0; stage < last; stage++) placeGradients(scope, tensors);
  });
  const definition = STAGE_DEFINITIONS[last]?.engine ?? null;
  if (definition === null) {
    expected.add("gradients of one stage", (scope) => placeGradients(scope, tensors));
    return expected;
  }
  const { program } = expected.add("activations and gradients of one stage", (scope) =>
    recordStage(definition.stage, tensors, { kept: scope, passing: scope, threads }),
  );
  const section = { program, repeats: 1, opByOp: definition.opByOp };
  expected.addBytes(WORKERS_SCRATCH, dispatchBytes([section], { threads, cacheBytes }));
  return expected;
}

/** Bytes that the stages need, by what needs them, and how long they take. */
export function forecastStages(
  settings: StagesSettings,
  { arena, cacheBytes }: Pick<Engine, "arena" | "cacheBytes">,
  /** What earlier runs took, as a multiple of what was expected on the table's machine. */
  pace: number,
): Forecast {
  const xBytes = settings.rows * IN_FEATURES * 4;
  const { parts } = STAGE_DEFINITIONS.map((_, index) => memoryAt(index, settings, cacheBytes)).reduce(
    (most, stage) => (stage.bytes > most.bytes ? stage : most),
  );
  const beside = [
    { name: "TensorFlow.js", bytes: TFJS_COPIES * xBytes },
    { name: "the app itself", bytes: APP_BYTES },
  ];
  const seconds = (pace * expectedMs(settings)) / 1000;
  return forecastMemory({ parts, beside }, arena, seconds);
}
