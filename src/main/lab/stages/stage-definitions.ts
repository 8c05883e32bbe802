import { stage1Functions } from "../../../core/stages/stage-1-functions.ts";
import { stage2LayerClasses } from "../../../core/stages/stage-2-layer-classes.ts";
import { stage3Module } from "../../../core/stages/stage-3-module.ts";
import { stage4Autograd } from "../../../core/stages/stage-4-autograd.ts";
import type { Stage } from "../../../core/stages/stage.ts";
import type { StageId } from "../../../shared/experiments/stages.ts";

/** A stage that the engine runs, or another framework. */
export interface StageDefinition {
  readonly id: StageId;
  readonly number: string;
  readonly name: string;
  readonly idea: string;
  /** Null where another framework computes. */
  readonly engine: { readonly stage: Stage; readonly opByOp: boolean } | null;
  /** Milliseconds a call of 50,000 rows, forward and backward: for progress. 2 cores, November 2026. */
  readonly costMs: number;
}

export const STAGE_DEFINITIONS: readonly StageDefinition[] = [
  {
    id: "functions",
    number: "1",
    name: "Functions",
    idea:
      "Every layer is a function, and every backward pass another that is called by hand in reverse order. " +
      "The weights' gradient is a sum of outer products, one a row, which are written to memory before they are added.",
    engine: { stage: stage1Functions, opByOp: false },
    costMs: 490,
  },
  {
    id: "layer-classes",
    number: "2",
    name: "Layer classes",
    idea:
      "Each layer is an object that remembers its input and knows its own backward pass, so a model is a list of them. " +
      "The arithmetic is that of stage 1: still one outer product a row.",
    engine: { stage: stage2LayerClasses, opByOp: false },
    costMs: 490,
  },
  {
    id: "module",
    number: "3",
    name: "Module",
    idea:
      "A base class keeps inputs and outputs, so that a layer says only its mathematics. " +
      "The sum of outer products becomes one matrix product xᵀ dy, the same number without the memory traffic.",
    engine: { stage: stage3Module, opByOp: false },
    costMs: 55,
  },
  {
    id: "module-unfused",
    number: "3b",
    name: "Module, op by op",
    idea:
      "The program of stage 3, carried out as it is written: each operation goes over all rows before the next begins. " +
      "What it takes longer is what fusing and going in blocks of rows gains.",
    engine: { stage: stage3Module, opByOp: true },
    costMs: 57,
  },
  {
    id: "autograd",
    number: "4",
    name: "Autograd",
    idea:
      "Nobody writes a backward pass: a tape records each operation while it runs and walks back through them. " +
      "It records the operations of stage 3, so it should cost the same.",
    engine: { stage: stage4Autograd, opByOp: false },
    costMs: 55,
  },
  {
    id: "tfjs",
    number: "5",
    name: "TensorFlow.js",
    idea:
      "A framework that shares no code with this app computes the same network and derives the gradients itself. " +
      "It runs its WebAssembly kernels on one thread.",
    engine: null,
    costMs: 2_250,
  },
];

/** Calls that a stage takes, in calls of both passes: see measureStage and NetworkComputation. */
const callsOf = ({ engine }: StageDefinition, samples: number): number =>
  engine === null ? 4 + 1.1 * samples : 2 + 2.3 * samples;

/** Milliseconds that a stage takes on 50,000 rows. */
export const stageMs = (definition: StageDefinition, samples: number): number =>
  definition.costMs * callsOf(definition, samples);

/** "stage 2, layer classes". */
export const stageTitle = ({ number, name }: StageDefinition): string => `stage ${number}, ${name}`;
