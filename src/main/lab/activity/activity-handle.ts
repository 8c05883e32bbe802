/**
 * The activity that is on, as the experiment doing it holds it: it says what it does and how far it is, and learns here
 * that it was cancelled. Its functions may be handed on by themselves.
 */
export interface ActivityHandle {
  /** What it does now, in words. */
  readonly phase: (phase: string) => void;
  /** Share of the work that is done, 0 to 1. */
  readonly progress: (fraction: number) => void;
  /** Time stands still until `goOn`: neither elapsed nor left takes it for work. */
  readonly pause: () => void;
  readonly goOn: () => void;
  /** To be called between two pieces of work. @throws {ExperimentCancelled} If it was asked to stop. */
  readonly checkpoint: () => void;
  /** Whether it was asked to stop. */
  readonly isCancelled: () => boolean;
  /** A part of it with a progress of its own, which is the whole's from `from` to `to`; phases come after the title. */
  readonly part: (part: ActivityPart) => ActivityHandle;
}

export interface ActivityPart {
  readonly from: number;
  readonly to: number;
  readonly title?: string;
}

/** The part number `index` of `count` that take equally long. */
export const equalPart = (index: number, count: number): ActivityPart => ({
  from: index / count,
  to: (index + 1) / count,
});
