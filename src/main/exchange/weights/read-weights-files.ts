import { basename, join } from "node:path";
import { counted } from "../../../core/counted.ts";
import { ContractError } from "../../../core/errors.ts";
import { parameterShapes, type Network } from "../../../core/network/network.ts";
import { readParameters } from "../../data/read-parameters.ts";
import type { MatchedWeights, MatchHints } from "./match-weights.ts";
import { readWeightsFile, WEIGHT_EXTENSIONS } from "./read-weights-file.ts";

const NPY = ".npy";
export const isNpy = (name: string): boolean => name.toLowerCase().endsWith(NPY);

/**
 * Reads a network's parameters from files of one folder that were chosen together: one file with all of them, or .npy
 * files, one a parameter.
 *
 * @throws {AmbiguousWeightsError} Where a person has to say how it is meant. @throws {DataFormatError} @throws {ContractError}
 */
export async function readWeightsFiles(
  folder: string,
  names: readonly string[],
  network: Network,
  hints: MatchHints,
): Promise<MatchedWeights> {
  const [only, ...more] = names;
  if (only !== undefined && more.length === 0 && !isNpy(only)) {
    return readWeightsFile(join(folder, only), network, hints);
  }
  const other = names.find((name) => !isNpy(name));
  if (other !== undefined) {
    throw new ContractError(
      `${other} does not go with ${counted(names.length - 1, "other file")}: choose one file (${WEIGHT_EXTENSIONS.join(", ")}), or the .npy files of one folder`,
    );
  }
  const prefix = prefixOf(network, names);
  const parameters = await readParameters(network, folder, prefix);
  const left = names.filter((name) => !(basename(name, NPY).slice(prefix.length) in parameters));
  const read = `${counted(names.length - left.length, ".npy file")}, one a parameter`;
  return {
    parameters,
    batches: 0,
    understood: left.length === 0 ? read : `${read}; left out: ${left.join(", ")}`,
  };
}

/** What stands before the parameters' names, as lab's `prefix` says it: "notebook_" where there is notebook_w1.npy. */
function prefixOf(network: Network, names: readonly string[]): string {
  const [first] = parameterShapes(network);
  const end = `${first?.name ?? ""}${NPY}`;
  const own = names.includes(end) ? end : names.find((name) => name.endsWith(end));
  return own?.slice(0, -end.length) ?? "";
}
