import type { Network } from "../../../core/network/network.ts";
import type { TrainSpec } from "../../../shared/specs/train-spec.ts";

/** Rows of a split as they were before normalisation; targets as the network sees them. */
export interface ExportedRows {
  /** (rows, features), row by row. */
  readonly x: Uint8Array | Float32Array;
  readonly y: Float32Array;
  /** Of y: (rows,) or (rows, targets). */
  readonly shape: readonly number[];
  readonly features: number;
}

/** x (N, F) becomes (x / divisor - offset) * scale, by feature, or with one of each for all. */
export interface Normalisation {
  readonly divisor: number;
  readonly offsets: readonly number[];
  readonly scales: readonly number[];
}

/** Everything that a training is exported from. */
export interface TorchTraining {
  readonly title: string;
  readonly spec: TrainSpec;
  readonly network: Network;
  readonly totalSteps: number;
  /** Of the generator that shuffles epoch 0, as two words of 64 bits. */
  readonly orderState: readonly [bigint, bigint];
  readonly normalisation: Normalisation;
  /** What a pixel that a shift brings in from outside holds. */
  readonly background: number;
  /** Null where the rows are not written: the README says how to bring one's own. */
  readonly data: { readonly train: ExportedRows; readonly valid: ExportedRows | null } | null;
  /** Before the first step; null where the run began with weights that the lab does not keep. */
  readonly initial: Readonly<Record<string, Float32Array>> | null;
  /** After `step` steps; null where nothing was trained. */
  readonly trained: {
    readonly parameters: Readonly<Record<string, Float32Array>>;
    readonly step: number;
  } | null;
  /** Learning rates that were changed by hand: `lr` from step number `step` on, from 0. */
  readonly rateChanges: readonly { readonly step: number; readonly lr: number }[];
  /** The lab's losses, step by step from 1. */
  readonly losses: readonly { readonly step: number; readonly loss: number }[];
}
