import type { MetricPoint, RunEvent } from "../../shared/runs/run-records.ts";
import type { UnitPictures } from "../../shared/experiments/learned.ts";
import { createStore } from "../store/create-store.ts";
import type {
  ActivationHistogram,
  QueuedTraining,
  TrainingState,
} from "../../shared/experiments/training.ts";
import type { RecordedCurves } from "./recorded-curves.ts";
import { TrainingLog } from "./training-log.ts";

/** The training that is on or was on last; what it measures is told by itself. */
export const trainingStore = createStore<TrainingLog | null>(null);

/** Makes `runId` the training that is shown, unless it is that already. */
export function openTraining(runId: string): TrainingLog {
  const log = trainingStore.get();
  if (log?.runId === runId) return log;
  const opened = new TrainingLog(runId);
  trainingStore.set(opened);
  return opened;
}

/** Shows what is recorded of a training, unless one is shown already. */
export function restoreTraining(
  runId: string,
  recorded: RecordedCurves,
  { histograms, events }: { histograms: readonly ActivationHistogram[]; events: readonly RunEvent[] },
): void {
  if (trainingStore.get() !== null) return;
  const log = openTraining(runId);
  log.load(recorded);
  for (const event of events) log.addEvent(event);
  for (const histogram of histograms) log.addHistogram(histogram);
}

let held: { readonly runId: string; readonly points: MetricPoint[] } | null = null;

/** Keeps back what arrives for a run whose record is being read: it comes after the record. */
export function holdMetrics(runId: string): void {
  held = { runId, points: [] };
}

/** The record, then what was held back and is not part of it. */
export function releaseMetrics(recorded: RecordedCurves, events: readonly RunEvent[]): void {
  if (held === null) return;
  const { runId, points } = held;
  held = null;
  const log = openTraining(runId);
  const until = log.load(recorded);
  for (const event of events) log.addEvent(event);
  log.append(points.filter(({ wallMs }) => wallMs > until));
}

export function appendMetrics(runId: string, points: readonly MetricPoint[]): void {
  if (held?.runId === runId) {
    held.points.push(...points);
    return;
  }
  openTraining(runId).append(points);
}

/** How the training that is on stands, and what waits behind it. */
export const trainingStateStore = createStore<TrainingState>(null);
export const trainingQueueStore = createStore<readonly QueuedTraining[]>([]);

interface ShownPictures {
  readonly runId: string;
  readonly step: number;
  readonly pictures: UnitPictures;
}
/** The plane of the training that is on, as it was last told. */
export const picturesStore = createStore<ShownPictures | null>(null);

let arrived: ShownPictures | null = null;

/** Shows a plane with the next frame of the screen: of those that arrive between two frames only the last. */
export function showPictures(told: ShownPictures): void {
  const waiting = arrived !== null;
  arrived = told;
  if (waiting) return;
  requestAnimationFrame(() => {
    const [next, shown] = [arrived, picturesStore.get()];
    arrived = null;
    if (next === null) return;
    // The rows stay where they are while a training goes on: the same object is not drawn again.
    const { points, lo, hi } = shown?.runId === next.runId ? shown.pictures : next.pictures;
    picturesStore.set({ ...next, pictures: { ...next.pictures, points, lo, hi } });
  });
}

export function appendHistogram(runId: string, histogram: ActivationHistogram): void {
  openTraining(runId).addHistogram(histogram);
}
