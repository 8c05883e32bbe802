import { drawParameters } from "../../../core/init/draw-parameters.ts";
import type { Engine } from "../../engine/engine.ts";
import type { DataTensors } from "./data-rows.ts";
import { scaleToUnitVariance, type DrawnNetwork } from "./lsuv.ts";
import type { Weights } from "../init/measure-network.ts";

/**
 * The weights that a network's schemes and seed give on its data: the same in every view and command, schemes that look at
 * the data among them.
 *
 * @throws {DataFormatError} @throws {ExperimentCancelled} @throws {TaskError} @throws {OutOfMemoryError}
 */
export async function drawNetwork(
  engine: Engine,
  { network, schemes, seed }: DrawnNetwork,
  {
    rows,
    threads,
  }: {
    /** What schemes that look at the data look at; asked for only if there are such. */
    readonly rows: () => Promise<DataTensors>;
    readonly threads: number;
  },
): Promise<Weights> {
  const weights = drawParameters(network, schemes, seed);
  if (!schemes.includes("lsuv")) return weights;
  return scaleToUnitVariance(engine, { network, schemes }, { weights, data: await rows(), threads });
}
