import type { Exercise } from "../../../shared/documents/exercise.ts";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import type { ExerciseResult } from "../../../shared/experiments/lessons.ts";
import type { CellOutput } from "../../../shared/live/cell-output.ts";
import type { CellError } from "../../../shared/live/cell-result.ts";
import type { LiveSettings } from "../../../shared/live/live-settings.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import { ExperimentCancelled } from "../activity/experiment-cancelled.ts";

export interface CheckLimits {
  readonly limitMs: number;
  readonly tensorBytes?: number;
}

/** Checks one exercise of a document in a fresh kernel. */
export type Judge = (
  document: LabDocument,
  exercise: Exercise,
  limits: CheckLimits,
) => Promise<ExerciseResult>;

interface AskedExercise {
  readonly document: LabDocument;
  readonly id: string;
  readonly name: string;
  readonly check: string;
}

interface RunExercise {
  readonly error: CellError | null;
  readonly outputs: readonly CellOutput[];
  readonly ran: readonly string[];
  readonly codeHash: string;
  readonly wallMs: number;
}

/** What `body` finds out of an exercise; null where somebody stopped it, which says nothing of the exercise. */
export async function unlessStopped<T>(stopped: () => boolean, body: () => Promise<T>): Promise<T | null> {
  try {
    const found = await body();
    return stopped() ? null : found;
  } catch (error) {
    // Stopped before its kernel was there.
    if (error instanceof ExperimentCancelled) return null;
    throw error;
  }
}

type Limits = Omit<CheckLimits, "limitMs">;

/** Runs a check in a kernel of its own, as an activity or as a part of one; see LiveLab. */
export interface ExerciseRunner {
  checkExercise(exercise: AskedExercise, settings: LiveSettings, limits: Limits): Promise<RunExercise>;
  checkWithin(
    activity: ActivityHandle,
    exercise: AskedExercise,
    settings: LiveSettings,
    limits: Limits,
  ): Promise<RunExercise>;
}
