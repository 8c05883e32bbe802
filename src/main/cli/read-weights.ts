import { join } from "node:path";
import { DataFormatError } from "../../core/errors.ts";
import { readNpy } from "../data/read-npy.ts";
import type { GivenWeights } from "../lab/notebook/notebook-lab.ts";
import { HIDDEN, IN_FEATURES } from "../lab/notebook/session.ts";

/** Reads notebook_w1.npy, notebook_b1.npy, notebook_w2.npy and notebook_b2.npy. @throws {DataFormatError} */
export async function readWeights(folder: string): Promise<GivenWeights> {
  const read = async (name: string, shape: readonly number[]): Promise<Float32Array> => {
    const path = join(folder, `notebook_${name}.npy`);
    const array = await readNpy(path);
    if (!(array.data instanceof Float32Array) || array.shape.join() !== shape.join()) {
      throw new DataFormatError(
        path,
        0,
        `float32 of shape (${shape.join(", ")})`,
        `shape (${array.shape.join(", ")})`,
      );
    }
    return array.data;
  };
  return {
    w1: await read("w1", [IN_FEATURES, HIDDEN]),
    b1: await read("b1", [HIDDEN]),
    w2: await read("w2", [HIDDEN, 1]),
    b2: await read("b2", [1]),
  };
}
