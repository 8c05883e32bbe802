import { readFile } from "node:fs/promises";
import { messageOf } from "../../core/thrown.ts";
import * as v from "valibot";
import { ContractError } from "../../core/errors.ts";
import { issuesAt } from "../../shared/ipc/issue-words.ts";
import { networkPartOf, networkSpecSchema, type NetworkSpec } from "../../shared/specs/network-spec.ts";
import type { Dataset } from "../../shared/experiments/dataset.ts";
import type { SweepSpec } from "../../shared/specs/sweep-spec.ts";
import { trainSpecSchema, type TrainSpec } from "../../shared/specs/train-spec.ts";
import { withValidRows } from "../../shared/specs/valid-rows.ts";
import type { Lab } from "../lab/lab.ts";
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

/** A spec that was read and checked, and the JSON that says it, which a lab may complete. */
export interface TrainingJson {
  readonly spec: TrainSpec;
  readonly json: unknown;
}

/** @throws {ContractError} As `readSpec`. */
export async function readTrainingJson(path: string): Promise<TrainingJson> {
  const json = await readJson(path);
  return { spec: checked(trainSpecSchema, path, json), json };
}

const finder =
  (lab: Lab) =>
  (id: string): Dataset =>
    lab.datasets.find({ id });

/** The training as it is meant for the lab's data: all validation rows of a small set. @throws {ContractError} If there is no such data. */
export const trainingIn = (lab: Lab, { json }: TrainingJson): TrainSpec =>
  v.parse(trainSpecSchema, withValidRows(json, finder(lab)));

/** The same of a sweep whose trainings have one data set. @throws {ContractError} If there is no such data. */
export const sweepIn = (lab: Lab, sweep: SweepSpec): SweepSpec =>
  "data.name" in sweep.values ? sweep : { ...sweep, base: withValidRows(sweep.base, finder(lab)) };

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
