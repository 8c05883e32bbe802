import { ContractError } from "../../../core/errors.ts";
import { parameterShapes, type Network } from "../../../core/network/network.ts";
import { readSafetensors, type SavedTensor } from "../../data/safetensors.ts";
import { readOnnx } from "../onnx/read-onnx.ts";
import { networkFromOnnx } from "../onnx/network-from-onnx.ts";
import { matchWeights, type MatchedWeights, type MatchHints } from "./match-weights.ts";
import { readNpz } from "./read-npz.ts";

/** Files that weights come in, by the ends of their names. */
export const WEIGHT_EXTENSIONS = [".safetensors", ".npz", ".onnx"] as const;

/** All tensors of a file by name, as float32. @throws {ContractError} If its name says no known format. @throws {DataFormatError} */
async function tensorsOf(path: string): Promise<ReadonlyMap<string, SavedTensor>> {
  const name = path.toLowerCase();
  if (name.endsWith(".safetensors")) {
    const { tensors } = await readSafetensors(path, undefined, { widen: true });
    return new Map(Object.entries(tensors));
  }
  if (name.endsWith(".npz")) return readNpz(path);
  const pickled = /\.(pt|pth|ckpt|pkl|bin)$/.test(name)
    ? " This one is a pickle, which is a program and is never run here; in Python: safetensors.torch.save_file(model.state_dict(), 'weights.safetensors')."
    : "";
  throw new ContractError(`${path}: weights are read from ${WEIGHT_EXTENSIONS.join(", ")}.${pickled}`);
}

/**
 * Reads a network's parameters from what PyTorch, Keras, numpy, ONNX or the lab has written.
 *
 * @throws {AmbiguousWeightsError} Where a person has to say how it is meant. @throws {DataFormatError} @throws {ContractError}
 */
export async function readWeightsFile(
  path: string,
  network: Network,
  hints: MatchHints = {},
): Promise<MatchedWeights> {
  if (path.toLowerCase().endsWith(".onnx")) {
    const { parameters } = networkFromOnnx(await readOnnx(path));
    const tensors = new Map(
      Object.entries(parameters).map(([name, data]): [string, SavedTensor] => [
        name,
        { shape: shapeIn(network, name, data), data },
      ]),
    );
    return { ...matchWeights(path, network, tensors, hints), understood: "the nodes of an ONNX graph" };
  }
  return matchWeights(path, network, await tensorsOf(path), hints);
}

/** A parameter's shape in a network that it fits; else what was found. */
function shapeIn(network: Network, name: string, data: Float32Array): readonly number[] {
  const wanted = parameterShapes(network).find((one) => one.name === name);
  return wanted?.shape.reduce((product, size) => product * size, 1) === data.length
    ? wanted.shape
    : [data.length];
}
