import { TaskError } from "../../../core/errors.ts";
import { messageLine } from "../../../core/thrown.ts";
import type { StageTensors } from "../../../core/stages/stage.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import type { Timing } from "../../../shared/runs/run-records.ts";
import type { StagePair, StageResult, StagesSettings } from "../../../shared/experiments/stages.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import { ExperimentCancelled } from "../activity/experiment-cancelled.ts";
import type { DataTensors } from "../compute/data-rows.ts";
import { tfjsMissing } from "../tfjs/tfjs-thread.ts";
import type { TfjsNetwork } from "../tfjs/tfjs-network.ts";
import { compareStages, type KeptGradients } from "./compare-stages.ts";
import { measureStage, passReport, type MeasuredStage, type StageEffort } from "./measure-stage.ts";
import { measureTfjs, TFJS_NOTE } from "./measure-tfjs.ts";
import { STAGE_DEFINITIONS, stageMs, stageTitle, type StageDefinition } from "./stage-definitions.ts";
import { drawInputs, findKinks } from "./stage-inputs.ts";

export interface StagesOptions {
  readonly engine: Engine;
  readonly settings: StagesSettings;
  readonly data: DataTensors;
  readonly tfjs: TfjsNetwork;
  readonly activity: ActivityHandle;
  readonly onKinks: (kinks: number) => void;
  readonly onStage: (result: StageResult, timings: readonly Timing[]) => void;
  readonly onPairs: (pairs: readonly StagePair[]) => void;
}

/** A stage without numbers. */
function withoutNumbers(id: StageResult["id"], status: StageResult["status"], note: string): StageResult {
  const none = passReport([], NaN);
  return {
    id,
    status,
    note,
    loss: NaN,
    forward: none,
    backward: none,
    both: none,
    peakBytes: NaN,
    ops: NaN,
    groups: NaN,
  };
}

/**
 * Measures the stages one after another on the same data and weights, and compares each one's gradients with those of
 * all before it. What was told until it is cancelled stays.
 *
 * @throws {ExperimentCancelled} @throws {TaskError} Of the engine, or at the end if a loss is NaN or infinite.
 * @throws {OutOfMemoryError}
 */
export async function runStages(options: StagesOptions): Promise<void> {
  const { engine, settings, data, activity } = options;
  const { threads } = settings;
  const kept = engine.arena.scope();
  const keptGradients: KeptGradients[] = [];
  const broken: string[] = [];
  try {
    const tensors = drawInputs(engine, kept, data, settings.seed);
    activity.phase("looking for units at the relu's kink");
    const uncertainty = await findKinks(engine, tensors, threads);
    options.onKinks(uncertainty.kinks);
    const costOf = (definition: StageDefinition): number => stageMs(definition, settings.samples);
    const whole = STAGE_DEFINITIONS.reduce((sum, definition) => sum + costOf(definition), 0);
    let before = 0;
    for (const definition of STAGE_DEFINITIONS) {
      activity.phase(stageTitle(definition));
      const from = before / whole;
      before += costOf(definition);
      const to = before / whole;
      const effort = { ...settings, onProgress: activity.part({ from, to }).progress };
      const measured = await measure(definition, tensors, kept, effort, options);
      activity.progress(to);
      if (measured === null) continue;
      if (!Number.isFinite(measured.result.loss)) {
        broken.push(`the loss of ${stageTitle(definition)} is ${measured.result.loss}`);
      }
      const one: KeptGradients = { id: definition.id, gradients: measured.gradients };
      for (const other of keptGradients) {
        options.onPairs(await compareStages(engine, other, one, uncertainty, threads));
      }
      keptGradients.push(one);
    }
    if (broken.length > 0) {
      throw new TaskError(
        `${broken.join(", ")}: expected numbers. Times are kept, gradients say nothing; look whether all images are alike`,
      );
    }
  } finally {
    kept.release();
  }
}

/** Whether a result has a loss: a stage that gave NaN has failed, with its numbers. */
export const wasComputed = ({ forward }: StageResult): boolean => forward.samplesMs.length > 0;

/** As it is told: a stage whose loss is no number has failed. */
const judged = ({ result }: MeasuredStage, id: StageResult["id"], note: string): StageResult =>
  Number.isFinite(result.loss)
    ? { id, status: "measured", note, ...result }
    : { id, status: "failed", note: `its loss is ${result.loss}, expected a number`, ...result };

/** Measures one stage and tells of it; null when there is nothing to compare. */
async function measure(
  definition: StageDefinition,
  tensors: StageTensors<Tensor>,
  kept: Scope,
  effort: StageEffort,
  { engine, tfjs, onStage }: StagesOptions,
): Promise<MeasuredStage | null> {
  const { id, name } = definition;
  try {
    if (definition.engine !== null) {
      const measured = await measureStage(engine, { name, ...definition.engine }, tensors, kept, effort);
      onStage(judged(measured, id, ""), measured.timings);
      return measured;
    }
    const missing = tfjsMissing();
    if (missing !== "") {
      onStage(withoutNumbers(id, "unavailable", missing), []);
      return null;
    }
    const measured = await measureTfjs(tfjs, tensors, kept, effort);
    onStage(judged(measured, id, TFJS_NOTE), measured.timings);
    return measured;
  } catch (error) {
    if (error instanceof ExperimentCancelled) {
      onStage(withoutNumbers(id, "cancelled", "cancelled before it was measured"), []);
      throw error;
    }
    // Another framework's failure is its own: our stages stay what they are.
    if (definition.engine !== null) throw error;
    onStage(withoutNumbers(id, "failed", messageLine(error)), []);
    return null;
  }
}
