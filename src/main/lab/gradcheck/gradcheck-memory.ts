import { parameterShapes } from "../../../core/network/network.ts";
import type { Dataset } from "../../../shared/experiments/dataset.ts";
import type { ForecastPart } from "../../../shared/experiments/forecast.ts";
import type { GradcheckSettings } from "../../../shared/experiments/gradcheck.ts";
import { networkOf, schemesOf } from "../../../shared/specs/network-spec.ts";
import type { Scope } from "../../engine/arena.ts";
import { expectRows, type DataTensors } from "../compute/data-rows.ts";
import { dispatchBytes, ExpectedBytes, WORKERS_SCRATCH } from "../compute/expected-bytes.ts";
import { expectedDrawing } from "../compute/expected-drawing.ts";
import { recordGradients } from "../compute/network-setup.ts";
import { placeReference } from "./float64-reference.ts";

/** What a gradient check will have in the arena, part by part: its programs as they will be recorded, without memory. */
export function gradcheckMemory(
  settings: GradcheckSettings,
  dataset: Dataset,
  cacheBytes: number,
): readonly ForecastPart[] {
  const { network: spec, references, threads } = settings;
  const stages = [checkMemory(settings, { dataset, cacheBytes })];
  if (schemesOf(spec).includes("lsuv")) {
    stages.push(expectedDrawing(spec, dataset, { threads, cacheBytes }).memory);
  }
  // The references come when the engine's own pass is over, and its scratch with it.
  const checking = checkMemory(settings, { dataset, cacheBytes }, (expected, data) => {
    const place = (scope: Scope): unknown => placeReference(scope, networkOf(spec), data);
    expected.add("float64 gradients and what they may differ by", place);
    if (!references.includes("tfjs")) return;
    expected.add("the same of TensorFlow.js, and its gradients", (scope) => {
      place(scope);
      scope.tensor("x.g", data.x.shape);
      for (const { name, shape, learned } of parameterShapes(networkOf(spec))) {
        if (learned) scope.tensor(`${name}.g`, shape);
      }
    });
  });
  stages.push(checking);
  return stages.reduce((most, stage) => (stage.bytes > most.bytes ? stage : most)).parts;
}

/** Data, parameters and the engine's forward and backward pass; with `then` what follows it, else its scratch. */
function checkMemory(
  { network: spec, threads }: GradcheckSettings,
  { dataset, cacheBytes }: { readonly dataset: Dataset; readonly cacheBytes: number },
  then?: (expected: ExpectedBytes, data: DataTensors) => void,
): ExpectedBytes {
  const expected = new ExpectedBytes();
  const data = expected.add("rows", (scope) => expectRows(scope, dataset, spec.data.rows));
  const { program } = expected.add("parameters, activations and gradients", (scope) =>
    recordGradients(scope, networkOf(spec), { data, seed: spec.seed, bug: null }),
  );
  if (then !== undefined) then(expected, data);
  else expected.addBytes(WORKERS_SCRATCH, dispatchBytes([{ program, repeats: 1 }], { threads, cacheBytes }));
  return expected;
}
