import { ContractError } from "../../../core/errors.ts";
import { NOTEBOOK_CELLS } from "../../../core/notebook/notebook-cells.ts";
import type { CellRunner } from "./cell-runner.ts";
import { runAutogradBackward, runAutogradForward } from "./cells/autograd-cells.ts";
import { loadMnist, measureTraining, normalizeData } from "./cells/data-cells.ts";
import {
  compareInitialiser,
  drawKaimingWeights,
  drawPlainWeights,
  measureKaimingLayer,
  measurePlainLayer,
  measureShiftedLayer,
} from "./cells/init-cells.ts";
import { climbLadder } from "./cells/ladder-cell.ts";
import { differentiateLoss, measureLoss, predictTraining, runModel } from "./cells/model-cells.ts";
import {
  checkStage,
  runFunctions,
  runLayerClassesBackward,
  runLayerClassesForward,
  runModuleBackward,
  runModuleForward,
} from "./cells/stage-cells.ts";

interface CellEntry {
  readonly run: CellRunner;
  /** Rough share of a whole run's time, for progress: seconds on 2 cores, November 2026. */
  readonly cost: number;
}

const CELLS: Readonly<Record<string, CellEntry>> = {
  "1": { run: climbLadder, cost: 3 },
  "3": { run: loadMnist, cost: 1 },
  "5": { run: measureTraining, cost: 0.3 },
  "7": { run: normalizeData, cost: 0.5 },
  "8": { run: drawPlainWeights, cost: 0.05 },
  "12": { run: measurePlainLayer, cost: 0.1 },
  "13": { run: drawKaimingWeights, cost: 0.05 },
  "15": { run: measureKaimingLayer, cost: 0.1 },
  "16": { run: compareInitialiser, cost: 0.1 },
  "18": { run: measureShiftedLayer, cost: 0.1 },
  "20": { run: runModel, cost: 0.1 },
  "22": { run: predictTraining, cost: 0.2 },
  "23": { run: measureLoss, cost: 0.2 },
  "25": { run: differentiateLoss, cost: 0.2 },
  "29": { run: runFunctions, cost: 10 },
  "36": { run: checkStage("functions", "29"), cost: 8 },
  "42": { run: runLayerClassesForward, cost: 0.6 },
  "43": { run: runLayerClassesBackward, cost: 10 },
  "44": { run: checkStage("layer classes", "43"), cost: 3 },
  "63": { run: runModuleForward, cost: 0.6 },
  "64": { run: runModuleBackward, cost: 2 },
  "65": { run: checkStage("Module", "64"), cost: 3 },
  "84": { run: runAutogradForward, cost: 0.6 },
  "86": { run: runAutogradBackward, cost: 8 },
};

/** How to run a cell, and what it costs. @throws {ContractError} If nothing runs it. */
export function cellEntry(id: string): CellEntry {
  const entry = CELLS[id];
  if (entry === undefined) {
    const known = NOTEBOOK_CELLS.map((cell) => cell.id).join(", ");
    throw new ContractError(`cellEntry: no code runs cell "${id}"; the cells are ${known}`);
  }
  return entry;
}
