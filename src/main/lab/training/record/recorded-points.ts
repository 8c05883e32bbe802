import { flatLayers, linearLayers } from "../../../../core/network/network.ts";
import type { ResolvedTraining } from "../resolved-training.ts";
import { expectedTrainingMs } from "../session/training-time.ts";
import { grouped } from "../../../../core/grouped.ts";

/** A metric point in the database: 44 to 47 bytes with 1 to 30 metrics (November 2026). */
const BYTES_A_POINT = 47;
/** The backup that is written when the app ends holds the same. */
const COPIES = 2;
/** Less room than this is found while the training waits for it. */
const WORTH_WAITING_BYTES = 1e9;
/** A machine may be so much faster than the one of the expected times. */
const FASTEST = 4;

/** What a training writes into the database, at most. */
export interface RecordedPoints {
  readonly steps: number;
  readonly points: number;
  readonly diskBytes: number;
}

/** Points that a measured step adds to its loss: see `recordStep`. */
function statisticsOf({ network }: ResolvedTraining): number {
  const layers = flatLayers(network.layers);
  const relus = layers.filter(({ type }) => type === "relu").length;
  const activated = relus + layers.filter(({ type }) => type === "activation").length;
  const weights = linearLayers(network).length;
  const watched = activated > 0 ? activated : weights;
  // Mean and std of each, the dead share of a relu, a ratio of each matrix, the gradients' norm and the rate.
  return 2 * watched + relus + weights + 2;
}

/** How many points a training records: each step's loss, the statistics, and the whole sets once an epoch. */
export function recordedPoints(training: ResolvedTraining): RecordedPoints {
  const { spec, totalSteps, stepsPerEpoch } = training;
  const share = (FASTEST * 1000 * (spec.stopAfterSeconds ?? Infinity)) / expectedTrainingMs(training);
  const steps = share < 1 ? Math.ceil(share * totalSteps) : totalSteps;
  const measured = spec.statisticsEvery === 0 ? 0 : Math.ceil(steps / spec.statisticsEvery);
  const evaluations = 1 + Math.ceil(steps / stepsPerEpoch);
  // Of both sets the loss and at most two metrics: accuracy and top-5, or R² and the mean absolute error.
  const points = steps + measured * statisticsOf(training) + evaluations * 2 * 3;
  return { steps, points, diskBytes: COPIES * BYTES_A_POINT * points };
}

const gigabytes = (bytes: number): string => `${grouped(Number((bytes / 1e9).toPrecision(3)))} GB`;

/** Why what a training records has no room on the disk, and what would fit; or "". */
export function recordingRefusal(training: ResolvedTraining, freeBytes: number): string {
  const { spec } = training;
  const { steps, points, diskBytes } = recordedPoints(training);
  if (diskBytes <= Math.max(freeBytes, WORTH_WAITING_BYTES)) return "";
  const plain = recordedPoints({ ...training, spec: { ...spec, statisticsEvery: 0 } });
  const advice =
    spec.statisticsEvery > 0 && plain.diskBytes <= freeBytes
      ? "Measure statistics at fewer steps, or never"
      : "Use fewer epochs, a larger batch, or a time limit";
  return (
    `This records ${grouped(points)} values in ${grouped(steps)} steps: ` +
    `${gigabytes(diskBytes)} with the backup, and ${gigabytes(freeBytes)} are free where the runs are kept. ${advice}.`
  );
}
