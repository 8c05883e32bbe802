import {
  compareInDetail,
  excuse,
  type Allowances,
  type DetailedComparison,
  type Excused,
} from "../../../core/gradient-report.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import type { GradcheckSettings, GradientReport } from "../../../shared/experiments/gradcheck.ts";
import type { WorkerTask } from "../../../shared/engine/worker-tasks.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import type { ComputedNetwork } from "../compute/network-setup.ts";
import { runTasks } from "../compute/programs.ts";

/**
 * Steps of differences and directions. What moves is computed without cancellation, so they may be far smaller than the
 * usual 1e-5: nothing bends on the way, and only a pre-activation of 0 lies within a step of a kink.
 */
export const STEP = 1e-100;

/** What checking needs, and whom it tells. */
export interface CheckContext {
  readonly engine: Engine;
  readonly scope: Scope;
  readonly settings: GradcheckSettings;
  readonly computed: ComputedNetwork;
  readonly onReport: (report: GradientReport) => void;
  /** This reference's part of it. */
  readonly activity: ActivityHandle;
}

export const tensorsOf = ({ gradients }: ComputedNetwork): readonly (readonly [string, Tensor])[] =>
  Object.entries(gradients);

/** Runs tasks, of which the activity tells how many are done. */
export const runWithProgress = <Answer>(
  { engine, settings, activity }: CheckContext,
  tasks: readonly ((worker: number) => WorkerTask)[],
): Promise<readonly Answer[]> =>
  runTasks<Answer>(engine, tasks, {
    threads: settings.threads,
    onProgress: (done) => {
      activity.progress(done / tasks.length);
    },
  });

export const modelOf = ({ network, parameters, data }: ComputedNetwork) => ({ network, parameters, ...data });

/** Compares what is few enough for main's own thread. */
export function compareSome(
  ours: readonly number[],
  reference: readonly number[],
  allowances: Allowances,
): { readonly comparison: DetailedComparison; readonly excused: Excused } {
  const expected = Float64Array.from(reference);
  const excused = excuse(ours, expected, allowances);
  return { comparison: compareInDetail(ours, expected), excused };
}
