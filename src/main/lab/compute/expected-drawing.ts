import type { Dataset } from "../../../shared/experiments/dataset.ts";
import { networkOf, type NetworkSpec } from "../../../shared/specs/network-spec.ts";
import { expectRows } from "./data-rows.ts";
import { dispatchBytes, ExpectedBytes, WORKERS_SCRATCH, type ExpectedWorkers } from "./expected-bytes.ts";
import { expectedMs } from "./expected-ms.ts";
import { recordLsuv } from "./lsuv.ts";

/** As often as LSUV usually goes forward for a layer. */
const LSUV_PASSES = 3;

interface ExpectedDrawing {
  /** In the arena, before all else. */
  readonly memory: ExpectedBytes;
  /** For each layer that is drawn so. */
  readonly layerMs: number;
}

/** What the forward pass takes by which a scheme that looks at the data draws the weights. */
export function expectedDrawing(
  spec: NetworkSpec,
  dataset: Dataset,
  workers: ExpectedWorkers,
): ExpectedDrawing {
  const drawing = new ExpectedBytes();
  const data = drawing.add("rows", (scope) => expectRows(scope, dataset, spec.data.rows));
  const { program } = drawing.add("activations while the weights are drawn", (scope) =>
    recordLsuv(scope, networkOf(spec), data),
  );
  drawing.addBytes(WORKERS_SCRATCH, dispatchBytes([{ program, repeats: 1 }], workers));
  return { memory: drawing, layerMs: LSUV_PASSES * expectedMs(program.ops, workers.threads) };
}
