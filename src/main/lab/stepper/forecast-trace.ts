import { numelOf } from "../../../core/ops/recording-ops.ts";
import { phasesOf } from "../../../core/ops/sharding.ts";
import type { Dataset } from "../../../shared/experiments/dataset.ts";
import type { Forecast } from "../../../shared/experiments/forecast.ts";
import type { StepperSettings } from "../../../shared/experiments/stepper.ts";
import { networkOf, schemesOf } from "../../../shared/specs/network-spec.ts";
import type { Engine } from "../../engine/engine.ts";
import { expectRows } from "../compute/data-rows.ts";
import { dispatchBytes, ExpectedBytes, WORKERS_SCRATCH } from "../compute/expected-bytes.ts";
import { expectedDrawing } from "../compute/expected-drawing.ts";
import { expectedMs } from "../compute/expected-ms.ts";
import { forecastMemory } from "../compute/forecast-memory.ts";
import { recordGradients } from "../compute/network-setup.ts";
import { misfitOf } from "../compute/require-fits.ts";
import { CALLS, timedSections } from "./time-ops.ts";

/** Each op is run once more, then its result is looked at twice, each by a dispatch of its own (2 cores, November 2026). */
const LOOK_MS = 2;
/** Statistics and histogram of a value. */
const LOOKED_VALUE_NS = 4;

/** A trace that is to be made. */
interface ExpectedTrace {
  readonly forecast: Forecast;
  /** On the machine of the constants, all of it. */
  readonly ms: number;
}

/**
 * What tracing a network will have in the arena, part by part, its program recorded as it will be, without memory; and how
 * long it takes. What does not fit its data is refused.
 */
export function forecastTrace(
  { network: spec, threads }: StepperSettings,
  dataset: Dataset,
  { arena, cacheBytes }: Pick<Engine, "arena" | "cacheBytes">,
  /** What earlier traces took, as a multiple of what was expected. */
  pace: number,
): ExpectedTrace {
  const misfit = misfitOf(spec, dataset);
  if (misfit !== "") {
    return { forecast: { ...forecastMemory({ parts: [] }, arena, null), refusal: misfit }, ms: 0 };
  }
  const workers = { threads, cacheBytes };
  const tracing = new ExpectedBytes();
  const data = tracing.add("rows", (scope) => expectRows(scope, dataset, spec.data.rows));
  const { ops } = tracing.add("parameters, activations and gradients", (scope) =>
    recordGradients(scope, networkOf(spec), { data, seed: spec.seed, bug: null }),
  ).program;
  tracing.addBytes(WORKERS_SCRATCH, dispatchBytes(timedSections(ops), workers, CALLS));
  const lsuvLayers = schemesOf(spec).filter((scheme) => scheme === "lsuv").length;
  // Before that: the data's forward pass, by which the weights are drawn.
  const drawing = lsuvLayers > 0 ? expectedDrawing(spec, dataset, workers) : null;
  const { parts } = drawing !== null && drawing.memory.bytes > tracing.bytes ? drawing.memory : tracing;
  const written = ops.flatMap(phasesOf).flatMap(({ accesses }) => accesses.filter(({ write }) => write));
  const values = written.reduce((sum, { tensor }) => sum + numelOf(tensor.shape), numelOf(data.x.shape));
  const ms =
    (CALLS + 1) * expectedMs(ops, threads) +
    ops.length * LOOK_MS +
    (values * LOOKED_VALUE_NS) / threads / 1e6 +
    lsuvLayers * (drawing?.layerMs ?? 0);
  return { forecast: forecastMemory({ parts }, arena, (pace * ms) / 1000), ms };
}
