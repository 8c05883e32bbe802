import type { Dataset } from "../../../../shared/experiments/dataset.ts";
import type { ForecastPart } from "../../../../shared/experiments/forecast.ts";
import { expectRows, expectTrainingRows } from "../../compute/data-rows.ts";
import {
  dispatchBytes,
  ExpectedBytes,
  WORKERS_SCRATCH,
  type ExpectedWorkers,
} from "../../compute/expected-bytes.ts";
import { recordLsuv } from "../../compute/lsuv.ts";
import type { Section } from "../../../engine/plan.ts";
import type { ResolvedTraining } from "../resolved-training.ts";
import { recordEvaluation } from "./record-evaluation.ts";
import { recordTraining, stepResults } from "./training-program.ts";
import { isPlane, recordPlane } from "./unit-pictures.ts";

export interface TrainingMemoryOptions {
  readonly dataset: Dataset;
  readonly workers: ExpectedWorkers;
  /** Whether the sets are evaluated and looked at, as a run is; a profile is not. */
  readonly evaluated: boolean;
}

/** What a training will have in the arena, part by part: its programs as they will be recorded, without memory. */
export function trainingMemory(
  training: ResolvedTraining,
  options: TrainingMemoryOptions,
): readonly ForecastPart[] {
  const whole = stepsMemory(training, options);
  if (!training.schemes.includes("lsuv")) return whole.parts;
  const drawing = drawingMemory(training, options);
  return (drawing.bytes > whole.bytes ? drawing : whole).parts;
}

/** While weights are drawn by looking at the data: its rows as floats, and a forward pass of all of them. */
function drawingMemory(
  { network, spec }: ResolvedTraining,
  { dataset, workers }: TrainingMemoryOptions,
): ExpectedBytes {
  const expected = new ExpectedBytes();
  const data = expected.add("training rows", (scope) => expectRows(scope, dataset, spec.data.rows));
  const { program } = expected.add("activations while the weights are drawn", (scope) =>
    recordLsuv(scope, network, data),
  );
  expected.addBytes(WORKERS_SCRATCH, dispatchBytes([{ program, repeats: 1 }], workers));
  return expected;
}

function stepsMemory(
  training: ResolvedTraining,
  { dataset, workers, evaluated }: TrainingMemoryOptions,
): ExpectedBytes {
  const { spec, network } = training;
  const expected = new ExpectedBytes();
  const [train, valid] = expected.add("training and validation rows", (scope) => [
    expectTrainingRows(scope, dataset, spec.data.rows),
    spec.validRows === 0 ? null : expectTrainingRows(scope, dataset, spec.validRows),
  ]);
  const program = expected.add("parameters, optimiser and one batch, forward and backward", (scope) =>
    recordTraining(scope, training, { train, valid, background: 0 }),
  );
  const { parameters, full, tail } = program;
  const dispatches: Section[][] = [full, tail].flatMap((step): Section[][] =>
    step === null
      ? []
      : [
          [
            {
              program: step.plain,
              repeats: 1,
              results: stepResults(program, step),
              ...(spec.statisticsEvery === 0
                ? {}
                : { alternate: { program: step.measured, first: 0, every: spec.statisticsEvery } }),
            },
          ],
        ],
  );
  const evaluation = evaluated
    ? expected.add("activations of the evaluation", (scope) =>
        [train, valid].flatMap((rows) =>
          rows === null
            ? []
            : recordEvaluation(scope, "train", { network, loss: spec.loss, rows, parameters }),
        ),
      )
    : [];
  // The last batch of an epoch goes with those before it, and the evaluation with a short epoch.
  dispatches.push([...dispatches.flat(), ...evaluation]);
  if (isPlane(train)) {
    const plane = expected.add("pictures of the plane", (scope) =>
      recordPlane(scope, { network, parameters, data: train }),
    );
    if (evaluated) dispatches.push([{ program: plane.program, repeats: 1 }]);
  }
  const most = Math.max(...dispatches.map((sections) => dispatchBytes(sections, workers)));
  expected.addBytes(WORKERS_SCRATCH, most);
  return expected;
}
