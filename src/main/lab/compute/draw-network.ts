import { drawParameters } from "../../../core/init/draw-parameters.ts";
import { schemesOf, trainNetworkOf } from "../../../shared/specs/network-spec.ts";
import type { Engine } from "../../engine/engine.ts";
import type { DataTensors } from "./image-rows.ts";
import { scaleToUnitVariance, type DrawnSpec } from "./lsuv.ts";
import type { Weights } from "../init/measure-network.ts";

/**
 * The weights that a spec's schemes and seed give on its data: the same in every view and command, schemes that look at
 * the data among them.
 *
 * @throws {ExperimentCancelled} @throws {TaskError} @throws {OutOfMemoryError}
 */
export async function drawNetwork(
  engine: Engine,
  spec: DrawnSpec,
  { data, threads }: { readonly data: DataTensors; readonly threads: number },
): Promise<Weights> {
  const weights = drawParameters(trainNetworkOf(spec), schemesOf(spec), spec.seed);
  return scaleToUnitVariance(engine, spec, { weights, data, threads });
}
