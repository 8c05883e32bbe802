import { ContractError } from "../../../core/errors.ts";
import type { TrainSpec } from "../../../shared/specs/train-spec.ts";
import { COMMAND_NAME } from "../../place/command-name.ts";
import type { GivenParameters } from "../compute/network-setup.ts";

/** A training that is asked for. */
export interface TrainingOrder {
  readonly spec: TrainSpec;
  readonly threads: number;
  /** Weights to begin with instead of drawn ones. */
  readonly given?: GivenParameters | null;
  /** Run a spec once more that has its run already. */
  readonly again?: boolean;
  /** Its place in the queue, which it leaves when it begins. */
  readonly queuedId?: string;
  /** The sweep that it is part of: its runs are found and grouped by it. */
  readonly sweep?: string;
}

/**
 * A spec means the same wherever it is run: weights that it names are read by whoever knows the folder they are named
 * from, and never left out.
 *
 * @throws {ContractError} If they were not read.
 */
export function assertWeightsGiven({
  spec: { weights },
  given = null,
}: Pick<TrainingOrder, "spec" | "given">): void {
  if (weights === undefined || given !== null) return;
  const named = "file" in weights ? weights.file : weights.dir;
  throw new ContractError(
    `The spec names weights to begin with, "${named}", which are read from the spec's own folder: run it as a file ` +
      `with "${COMMAND_NAME} train" or "${COMMAND_NAME} sweep", or take "weights" out and choose a file of weights here.`,
  );
}
