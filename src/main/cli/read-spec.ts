import { readFile } from "node:fs/promises";
import { messageOf } from "../../core/thrown.ts";
import * as v from "valibot";
import { ContractError } from "../../core/errors.ts";
import { issuesAt } from "../../shared/ipc/issue-words.ts";
import { networkPartOf, networkSpecSchema, type NetworkSpec } from "../../shared/specs/network-spec.ts";
import { trainSpecSchema } from "../../shared/specs/train-spec.ts";
import { textEncoding } from "../data/text-encoding.ts";

/**
 * Reads a spec from a JSON file and checks it.
 *
 * @throws {ContractError} If the file is no JSON or does not fit the schema: names every place and what is wrong there.
 */
export async function readSpec<S extends v.GenericSchema>(
  schema: S,
  path: string,
): Promise<v.InferOutput<S>> {
  return checked(schema, path, await readJson(path));
}

/**
 * The same for a network; of a training its network, with data and seed.
 *
 * @throws {ContractError} Also if the training begins with weights of a file, which would not be those that are used.
 */
export async function readNetworkSpec(path: string): Promise<NetworkSpec> {
  const json = await readJson(path);
  if (!isTraining(json)) return checked(networkSpecSchema, path, json);
  const training = checked(trainSpecSchema, path, json);
  if (training.weights === undefined) return networkPartOf(training);
  throw new ContractError(
    `${path}: weights: here the weights are drawn by the seed. Take "weights" out; to check gradients at given ones, ` +
      "say --weights FOLDER beside it",
  );
}

const isTraining = (json: unknown): boolean => v.is(v.looseObject({ optimizer: v.unknown() }), json);

function checked<S extends v.GenericSchema>(schema: S, path: string, json: unknown): v.InferOutput<S> {
  const { success, output, issues } = v.safeParse(schema, json);
  if (success) return output;
  throw new ContractError(`${path}: ${issuesAt(issues)}`);
}

/** Text in UTF-8 or UTF-16, as editors and shells on Windows write it, with or without a mark at its beginning. */
async function readJson(path: string): Promise<unknown> {
  try {
    const bytes = await readFile(path);
    return JSON.parse(new TextDecoder(textEncoding(bytes) ?? "utf-8").decode(bytes));
  } catch (error) {
    throw new ContractError(`${path} cannot be read as JSON: ${messageOf(error)}`, { cause: error });
  }
}
