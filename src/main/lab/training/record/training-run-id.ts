import { createHash, type Hash } from "node:crypto";
import type { TrainSpec } from "../../../../shared/specs/train-spec.ts";
import type { GivenParameters } from "../../compute/network-setup.ts";

/** What a training's losses depend on besides its spec. */
export interface TrainingCode {
  readonly appVersion: string;
  /** Hash of the kernels' modules. */
  readonly kernels: string;
  readonly instructionSet: string;
  readonly threads: number;
  /** Of the data set's content; not said where its name alone says what it holds. */
  readonly data?: string;
}

/** Keys in alphabetical order, whatever order they were written in. */
const canonical = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, entry]) => entry !== undefined)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, entry]) => [key, canonical(entry)]),
      )
    : Array.isArray(value)
      ? value.map(canonical)
      : value;

/** A part's code is said by its hash: a run of a version that did not keep the code is the same run. */
const withoutSource = (key: string, value: unknown): unknown =>
  key === "origin" && typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).filter(([name]) => name !== "source"))
    : value;

/** Adds names and values, in the order of the names. */
function addParameters(hash: Hash, given: GivenParameters): Hash {
  for (const [name, values] of Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash;
}

/** `1f0c8d2a9b3e`: the same for the same weights, whatever file they come from. */
export const weightsHash = (given: GivenParameters): string =>
  addParameters(createHash("sha256"), given).digest("hex").slice(0, 12);

/**
 * `training-1f0c8d2a9b3e`: the same for the same spec, seed, given weights, threads and code, because then every loss is
 * the same.
 */
export function trainingRunId(spec: TrainSpec, code: TrainingCode, given: GivenParameters | null): string {
  const hash = createHash("sha256").update(JSON.stringify(canonical({ spec, code }), withoutSource));
  addParameters(hash, given ?? {});
  return `training-${hash.digest("hex").slice(0, 12)}`;
}
