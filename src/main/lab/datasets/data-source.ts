import type { Dataset } from "../../../shared/experiments/dataset.ts";

/** x = (value − offset) · scale, by feature, or with one of each for all. */
export interface Scaling {
  readonly offsets: readonly number[];
  readonly scales: readonly number[];
}

/** Of all training features as a network sees them before they are normalised: the deviation is the sample's (n − 1). */
export interface Moments {
  readonly mean: number;
  readonly std: number;
}

/** A data set's rows as they are stored: training rows first, then validation, then test. */
export interface DataSource {
  readonly dataset: Dataset;
  /** Null for bytes that are divided by 256 and, unless they stay from 0 to 1, normalised by statistics of the engine. */
  readonly scaling: Scaling | null;
  /** Of bytes without a scaling, divided by 256, where they are known without reading all of them. */
  readonly moments?: Moments;
  /** (count, features) from row `first` on. @throws {DataFormatError} If the files are not what they should be. */
  features(first: number, count: number): Promise<Uint8Array | Float32Array>;
  /** (count, k): classes as indices, numbers as they are. @throws {DataFormatError} */
  targets(first: number, count: number): Promise<Float32Array>;
}

/** The first row of a split among all rows. */
export const firstRowOf = ({ trainRows, validRows }: Dataset, split: "train" | "valid" | "test"): number =>
  ({ train: 0, valid: trainRows, test: trainRows + validRows })[split];

/** Numbers that a row's target has. */
export const targetWidth = ({ target }: Pick<Dataset, "target">): number =>
  target.kind === "classes" ? 1 : target.names.length;
