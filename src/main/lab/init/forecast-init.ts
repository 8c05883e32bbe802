import { parameterShapes } from "../../../core/network/network.ts";
import { numelOf } from "../../../core/ops/recording-ops.ts";
import type { Dataset } from "../../../shared/experiments/dataset.ts";
import type { Forecast } from "../../../shared/experiments/forecast.ts";
import type { InitSettings } from "../../../shared/experiments/init.ts";
import { networkOf, schemesOf } from "../../../shared/specs/network-spec.ts";
import type { Engine } from "../../engine/engine.ts";
import { expectRows } from "../compute/data-rows.ts";
import { dispatchBytes, ExpectedBytes, WORKERS_SCRATCH } from "../compute/expected-bytes.ts";
import { expectedDrawing } from "../compute/expected-drawing.ts";
import { expectedMs } from "../compute/expected-ms.ts";
import { forecastMemory } from "../compute/forecast-memory.ts";
import { misfitOf } from "../compute/require-fits.ts";
import { recordWatched } from "./measure-network.ts";

/** To draw a weight (November 2026). */
const DRAWN_WEIGHT_NS = 40;

/** A measurement that is to be made. */
interface ExpectedInit {
  readonly forecast: Forecast;
  /** On the machine of the constants, both networks where two are compared. */
  readonly ms: number;
}

/**
 * What measuring a network will have in the arena, part by part, its programs recorded as they will be, without memory; and
 * how long it takes. What does not fit its data is refused.
 */
export function forecastInit(
  { network: spec, otherwise, gradients, threads }: InitSettings,
  dataset: Dataset,
  { arena, cacheBytes }: Pick<Engine, "arena" | "cacheBytes">,
  /** What earlier measurements took, as a multiple of what was expected. */
  pace: number,
): ExpectedInit {
  const misfit = misfitOf(spec, dataset);
  if (misfit !== "") {
    return { forecast: { ...forecastMemory({ parts: [] }, arena, null), refusal: misfit }, ms: 0 };
  }
  const workers = { threads, cacheBytes };
  const measuring = new ExpectedBytes();
  const data = measuring.add("rows", (scope) => expectRows(scope, dataset, spec.data.rows));
  const { program } = measuring.add("parameters, activations and gradients", (scope) =>
    recordWatched(scope, spec, { data, gradients }),
  );
  measuring.addBytes(WORKERS_SCRATCH, dispatchBytes([{ program, repeats: 1 }], workers));

  const network = networkOf(spec);
  const weights = parameterShapes(network).reduce((sum, { shape }) => sum + numelOf(shape), 0);
  const sideMs = expectedMs(program.ops, threads) + (weights * DRAWN_WEIGHT_NS) / 1e6;
  const schemes = schemesOf(spec);
  const others = otherwise === null ? [] : schemes.map(() => otherwise);
  const lsuvLayers = [...schemes, ...others].filter((scheme) => scheme === "lsuv").length;
  // Before that: the data's forward pass, by which the weights are drawn.
  const drawing = lsuvLayers > 0 ? expectedDrawing(spec, dataset, workers) : null;
  const { parts } = drawing !== null && drawing.memory.bytes > measuring.bytes ? drawing.memory : measuring;
  const ms = (otherwise === null ? 1 : 2) * sideMs + lsuvLayers * (drawing?.layerMs ?? 0);
  return { forecast: forecastMemory({ parts }, arena, (pace * ms) / 1000), ms };
}
