import { join } from "node:path";
import { readParameter } from "../data/read-parameters.ts";
import type { GivenWeights } from "../lab/notebook/notebook-lab.ts";
import { HIDDEN, IN_FEATURES } from "../lab/compute/notebook-network.ts";

/** Reads notebook_w1.npy, notebook_b1.npy, notebook_w2.npy and notebook_b2.npy. @throws {DataFormatError} */
export async function readWeights(folder: string): Promise<GivenWeights> {
  const read = (name: string, shape: readonly number[]): Promise<Float32Array> =>
    readParameter(join(folder, `notebook_${name}.npy`), shape);
  return {
    w1: await read("w1", [IN_FEATURES, HIDDEN]),
    b1: await read("b1", [HIDDEN]),
    w2: await read("w2", [HIDDEN, 1]),
    b2: await read("b2", [1]),
  };
}
