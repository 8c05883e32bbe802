import { existsSync } from "node:fs";
import { join } from "node:path";
import { ContractError, DataFormatError } from "../../core/errors.ts";
import { parameterShapes, type Network } from "../../core/network/network.ts";
import { readNpy } from "./read-npy.ts";
import { readSafetensors } from "./safetensors.ts";

/**
 * Reads a network's parameters from w1.npy, b1.npy, w2.npy, … in a folder, each with the prefix before its name.
 *
 * @throws {ContractError} If a file is missing. @throws {DataFormatError} If one is not sound or not float32 of the
 * parameter's shape.
 */
export async function readParameters(
  network: Network,
  folder: string,
  prefix: string,
): Promise<Readonly<Record<string, Float32Array>>> {
  const parameters: Record<string, Float32Array> = {};
  const wanted = parameterShapes(network);
  for (const { name, shape } of wanted) {
    const path = join(folder, `${prefix}${name}.npy`);
    if (!existsSync(path)) {
      const files = wanted.map((one) => `${prefix}${one.name}.npy`).join(", ");
      throw new ContractError(
        `${path} is not there: this network is read from ${files}, one file a parameter`,
      );
    }
    parameters[name] = await readParameter(path, shape);
  }
  return parameters;
}

/** Reads one parameter from a .npy file. @throws {DataFormatError} If it is not float32 of this shape. */
export async function readParameter(path: string, shape: readonly number[]): Promise<Float32Array> {
  const refusal = (found: { readonly shape: readonly number[]; readonly dtype: string }): DataFormatError => {
    const hint = found.dtype === "float32" ? "" : "; save it with array.astype('float32')";
    const got = `${found.dtype} of shape (${found.shape.join(", ")})${hint}`;
    return new DataFormatError(path, 0, `float32 of shape (${shape.join(", ")})`, got);
  };
  const array = await readNpy(path, (found) => {
    if (found.dtype !== "float32" || found.shape.join() !== shape.join()) throw refusal(found);
  });
  if (!(array.data instanceof Float32Array)) throw refusal(array);
  return array.data;
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
  const wanted = parameterShapes(network);
  const { tensors } = await readSafetensors(path, (shapes) => {
    for (const { name, shape } of wanted) {
      const found = shapes.get(name);
      if (found?.join() === shape.join()) continue;
      throw new DataFormatError(
        path,
        0,
        `${name} of shape (${shape.join(", ")})`,
        found === undefined ? "none" : `(${found.join(", ")})`,
      );
    }
  });
  return Object.fromEntries(wanted.map(({ name }) => [name, tensors[name]?.data ?? new Float32Array()]));
}
