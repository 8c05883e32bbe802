import type { Dataset } from "../../../shared/experiments/dataset.ts";
import type { ForecastPart } from "../../../shared/experiments/forecast.ts";
import type { InitSettings } from "../../../shared/experiments/init.ts";
import { networkOf, schemesOf } from "../../../shared/specs/network-spec.ts";
import { expectRows } from "../compute/data-rows.ts";
import { dispatchBytes, ExpectedBytes, WORKERS_SCRATCH } from "../compute/expected-bytes.ts";
import { recordLsuv } from "../compute/lsuv.ts";
import { recordWatched } from "./measure-network.ts";

/** What measuring a network will have in the arena, part by part: its programs as they will be recorded, without memory. */
export function initMemory(
  { network: spec, otherwise, gradients, threads }: InitSettings,
  dataset: Dataset,
  cacheBytes: number,
): readonly ForecastPart[] {
  const measuring = new ExpectedBytes();
  const data = measuring.add("rows", (scope) => expectRows(scope, dataset, spec.data.rows));
  const { program } = measuring.add("parameters, activations and gradients", (scope) =>
    recordWatched(scope, spec, { data, gradients }),
  );
  measuring.addBytes(WORKERS_SCRATCH, dispatchBytes([{ program, repeats: 1 }], { threads, cacheBytes }));
  if (![...schemesOf(spec), otherwise].includes("lsuv")) return measuring.parts;
  // Before that: the data's forward pass, by which the weights are drawn.
  const drawing = new ExpectedBytes();
  const rows = drawing.add("rows", (scope) => expectRows(scope, dataset, spec.data.rows));
  const lsuv = drawing.add("activations while the weights are drawn", (scope) =>
    recordLsuv(scope, networkOf(spec), rows),
  );
  drawing.addBytes(
    WORKERS_SCRATCH,
    dispatchBytes([{ program: lsuv.program, repeats: 1 }], { threads, cacheBytes }),
  );
  return (drawing.bytes > measuring.bytes ? drawing : measuring).parts;
}
