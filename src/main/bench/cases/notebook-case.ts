import { stage3Module } from "../../../core/stages/stage-3-module.ts";
import type { BenchCase, CaseInput, ExpectedElement, PreparedCase } from "./bench-case.ts";
import {
  forwardAwayFromKinks,
  lossOf,
  sampledGradients,
  type NotebookForward,
  type NotebookValues,
} from "./notebook-reference.ts";
import { randomValues } from "./random-values.ts";

const [ROWS, FEATURES, HIDDEN] = [50_000, 784, 50];
const SHIFT = 0.5;
const CHECKED_ELEMENTS = 100;
/** Far above float32's rounding of a sum of 784 terms, far below the values themselves. */
const KINK_MARGIN = 1e-4;

const FORWARD_FLOPS = 2 * ROWS * HIDDEN * (FEATURES + 1);
/** The gradients of x and w1 take as much as the first product each; those of the second layer as much as its own. */
const BACKWARD_FLOPS = 2 * FORWARD_FLOPS;

function notebookValues(): NotebookValues {
  return {
    rows: ROWS,
    features: FEATURES,
    hidden: HIDDEN,
    shift: SHIFT,
    x: randomValues(1, ROWS * FEATURES),
    y: randomValues(2, ROWS).map((value) => Math.abs(Math.round(3 * value)) % 10),
    w1: randomValues(3, FEATURES * HIDDEN, Math.sqrt(2 / FEATURES)),
    b1: randomValues(4, HIDDEN, 0.1),
    w2: randomValues(5, HIDDEN, Math.sqrt(2 / HIDDEN)),
    b2: randomValues(6, 1, 0.1),
  };
}

const inputsOf = ({ x, y, w1, b1, w2, b2 }: NotebookValues): CaseInput[] => [
  { name: "x", shape: [ROWS, FEATURES], dtype: "float32", values: x },
  { name: "y", shape: [ROWS], dtype: "float32", values: y },
  { name: "w1", shape: [FEATURES, HIDDEN], dtype: "float32", values: w1 },
  { name: "b1", shape: [HIDDEN], dtype: "float32", values: b1 },
  { name: "w2", shape: [HIDDEN, 1], dtype: "float32", values: w2 },
  { name: "b2", shape: [1], dtype: "float32", values: b2 },
];

/** Forward, and backward if asked, as one program of the notebook's stage 3. */
function prepare(backward: boolean): PreparedCase {
  const values = notebookValues();
  const forward: NotebookForward = forwardAwayFromKinks(values, KINK_MARGIN);
  return {
    inputs: inputsOf(values),
    recipe: { kind: backward ? "notebook-forward-backward" : "notebook-forward", shift: SHIFT },
    verificationCalls: 1,
    record: (ops, input) => {
      const stage = stage3Module.build(
        ops,
        {
          x: input("x"),
          y: input("y"),
          w1: input("w1"),
          b1: input("b1"),
          w2: input("w2"),
          b2: input("b2"),
        },
        { shift: SHIFT, chunkRows: 1 },
      );
      const loss = stage.forward();
      if (!backward) return { loss };
      const gradients = stage.backward();
      return {
        loss,
        dx: gradients.x,
        dw1: gradients.w1,
        db1: gradients.b1,
        dw2: gradients.w2,
        db2: gradients.b2,
      };
    },
    expected: (): ExpectedElement[] => [
      { output: "loss", index: 0, value: lossOf(values, forward) },
      ...(backward ? sampledGradients(values, forward, CHECKED_ELEMENTS) : []),
    ],
  };
}

const notebookCase = (name: string, flops: number, backward: boolean): BenchCase => ({
  name,
  flops,
  m: ROWS,
  k: FEATURES,
  n: HIDDEN,
  maxCalls: Infinity,
  stepwise: false,
  prepare: () => prepare(backward),
});

/** The notebook's whole network on 50,000 rows, its loss, and all its gradients. */
export const NOTEBOOK_CASES: readonly BenchCase[] = [
  notebookCase("notebook-forward", FORWARD_FLOPS, false),
  notebookCase("notebook-forward-backward", FORWARD_FLOPS + BACKWARD_FLOPS, true),
];
