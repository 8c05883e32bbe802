import { outerProductBytes } from "../../../../core/notebook/cells/stage-cells.ts";
import { stage1Functions } from "../../../../core/notebook/stage-1-functions.ts";
import { stage2LayerClasses } from "../../../../core/notebook/stage-2-layer-classes.ts";
import { stage3Module } from "../../../../core/notebook/stage-3-module.ts";
import type { QuantityRecord } from "../../../../core/notebook/judge.ts";
import type { CellRunner } from "../cell-runner.ts";
import { checkGradients } from "../check-gradients.ts";
import { OUTER_PRODUCT_CHUNK_ROWS } from "../../compute/pass-timings.ts";
import { runStage, type StageRun } from "../run-stage.ts";
import type { NotebookSession } from "../session.ts";
import { RELU_SHIFT } from "./init-cells.ts";

const STAGES = { functions: stage1Functions, "layer classes": stage2LayerClasses, Module: stage3Module };
export type HandWrittenStage = keyof typeof STAGES;

/** Medians that later cells compare themselves with are kept under the stage's name. */
function remember(session: NotebookSession, run: StageRun): void {
  session.remembered.set(run.stage, { backwardMs: run.backwardMs.medianMs });
}

const stageRunner =
  (
    stage: HandWrittenStage,
    timed: "forward" | "backward" | "both",
    measure: (run: StageRun, session: NotebookSession) => QuantityRecord,
  ): CellRunner =>
  async (session, activity) => {
    const run = await runStage(session, activity, {
      stage: STAGES[stage],
      name: stage,
      weights: session.weights,
      shift: RELU_SHIFT,
      timed,
    });
    const measured = measure(run, session);
    if (timed !== "forward") remember(session, run);
    return { measured, details: { timings: run.timings, gradients: run.gradients } };
  };

/** Cell 29: the functions, forward and backward. */
export const runFunctions = stageRunner("functions", "both", (run, { settings }) => ({
  outerProductBytes: outerProductBytes(settings.rows),
  chunkBytes: outerProductBytes(OUTER_PRODUCT_CHUNK_ROWS),
  loss: run.loss,
  forwardMs: run.forwardMs.medianMs,
  backwardMs: run.backwardMs.medianMs,
}));

/** Cell 42. */
export const runLayerClassesForward = stageRunner("layer classes", "forward", (run) => ({
  forwardMs: run.forwardMs.medianMs,
  loss: run.loss,
}));

/** Cell 43. */
export const runLayerClassesBackward = stageRunner("layer classes", "backward", (run) => ({
  backwardMs: run.backwardMs.medianMs,
}));

/** Cell 63. */
export const runModuleForward = stageRunner("Module", "forward", (run) => ({
  forwardMs: run.forwardMs.medianMs,
  loss: run.loss,
}));

/** Cell 64: also how much faster than the outer products of cell 43. */
export const runModuleBackward = stageRunner("Module", "backward", (run, session) => ({
  backwardMs: run.backwardMs.medianMs,
  speedup: (session.remembered.get("layer classes")?.["backwardMs"] ?? NaN) / run.backwardMs.medianMs,
}));

/** Cells 36, 44 and 65: the five gradients of a stage against both references. */
export const checkStage =
  (stage: HandWrittenStage, cell: string): CellRunner =>
  async (session, activity) =>
    checkGradients(session, activity, { stage, gradients: session.stageGradients(stage, cell) });
