import { join } from "node:path";
import { DataFormatError } from "../../core/errors.ts";
import { parameterShapes, type Network } from "../../core/network/network.ts";
import { readNpy } from "./read-npy.ts";
import { readSafetensors } from "./safetensors.ts";

/**
 * Reads a network's parameters from w1.npy, b1.npy, w2.npy, … in a folder, each with the prefix before its name.
 *
 * @throws {DataFormatError} If a file is not sound or not float32 of the parameter's shape.
 */
export async function readParameters(
  network: Network,
  folder: string,
  prefix: string,
): Promise<Readonly<Record<string, Float32Array>>> {
  const parameters: Record<string, Float32Array> = {};
  for (const { name, shape } of parameterShapes(network)) {
    const path = join(folder, `${prefix}${name}.npy`);
    const array = await readNpy(path);
    if (!(array.data instanceof Float32Array) || array.shape.join() !== shape.join()) {
      const expected = `float32 of shape (${shape.join(", ")})`;
      throw new DataFormatError(path, 0, expected, `shape (${array.shape.join(", ")})`);
    }
    parameters[name] = array.data;
  }
  return parameters;
}

/**
 * Reads a network's parameters from one .safetensors file, as a training saves them.
 *
 * @throws {DataFormatError} If the file is not sound, or a parameter is missing or of another shape.
 */
export async function readParametersFile(
  network: Network,
  path: string,
): Promise<Readonly<Record<string, Float32Array>>> {
  const { tensors } = await readSafetensors(path);
  return Object.fromEntries(
    parameterShapes(network).map(({ name, shape }) => {
      const found = tensors[name];
      if (found?.shape.join() === shape.join()) return [name, found.data];
      const expected = `${name} of shape (${shape.join(", ")})`;
      throw new DataFormatError(
        path,
        0,
        expected,
        found === undefined ? "none" : `(${found.shape.join(", ")})`,
      );
    }),
  );
}
