import { join } from "node:path";
import { readParameter } from "../data/read-parameters.ts";
import { SEED_WEIGHT_SHAPES, type SeedWeights } from "../lab/live/seed-notebook.ts";

/** Reads notebook_w1.npy, notebook_b1.npy, notebook_w2.npy and notebook_b2.npy. @throws {DataFormatError} */
export async function readWeights(folder: string): Promise<SeedWeights> {
  const read = (name: keyof SeedWeights): Promise<Float32Array> =>
    readParameter(join(folder, `notebook_${name}.npy`), SEED_WEIGHT_SHAPES[name]);
  return { w1: await read("w1"), b1: await read("b1"), w2: await read("w2"), b2: await read("b2") };
}
