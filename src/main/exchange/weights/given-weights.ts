import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { networkOf } from "../../../shared/specs/network-spec.ts";
import type { TrainSpec } from "../../../shared/specs/train-spec.ts";
import type { GivenParameters } from "../../lab/compute/network-setup.ts";
import { readWeightsFile } from "./read-weights-file.ts";

/** The weights that a training begins with. @throws {DataFormatError} If they do not fit its network. */
export type GivenFor = (spec: TrainSpec) => Promise<GivenParameters>;

/**
 * Hands out the weights of a .safetensors file of which the window has sent the content. They are read once a network:
 * the trainings of a sweep share what they begin with.
 */
export async function withGivenWeights<T>(
  content: Uint8Array,
  body: (givenFor: GivenFor) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "backprop-lab-weights-"));
  try {
    const path = join(folder, "weights.safetensors");
    await writeFile(path, content);
    const read = new Map<string, Promise<GivenParameters>>();
    return await body((spec) => {
      const key = JSON.stringify(spec.layers);
      const given =
        read.get(key) ?? readWeightsFile(path, networkOf(spec)).then(({ parameters }) => parameters);
      read.set(key, given);
      return given;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
