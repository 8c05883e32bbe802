import { expect, test } from "vitest";
import { stage3Module } from "../../../../../src/core/stages/stage-3-module.ts";
import { ReferenceOps } from "../../../../../src/core/ops/reference-ops.ts";
import {
  forwardAwayFromKinks,
  lossOf,
  sampledGradients,
  type NotebookValues,
} from "../../../../../src/main/bench/cases/notebook-reference.ts";
import { randomValues } from "../../../../../src/main/bench/cases/random-values.ts";

const [ROWS, FEATURES, HIDDEN] = [12, 5, 3];

const smallValues = (): NotebookValues => ({
  rows: ROWS,
  features: FEATURES,
  hidden: HIDDEN,
  shift: 0.5,
  x: randomValues(1, ROWS * FEATURES),
  y: randomValues(2, ROWS),
  w1: randomValues(3, FEATURES * HIDDEN),
  b1: randomValues(4, HIDDEN),
  w2: randomValues(5, HIDDEN),
  b2: randomValues(6, 1),
});

test("sampledGradients() and lossOf() agree with the notebook's own passes in float64", () => {
  const values = smallValues();
  const forward = forwardAwayFromKinks(values, 0);
  const ops = new ReferenceOps();
  const stage = stage3Module.build(
    ops,
    {
      x: ops.from("x", [ROWS, FEATURES], values.x),
      y: ops.from("y", [ROWS], values.y),
      w1: ops.from("w1", [FEATURES, HIDDEN], values.w1),
      b1: ops.from("b1", [HIDDEN], values.b1),
      w2: ops.from("w2", [HIDDEN, 1], values.w2),
      b2: ops.from("b2", [1], values.b2),
    },
    { shift: values.shift, chunkRows: 1 },
  );
  expect(lossOf(values, forward)).toBeCloseTo(stage.forward().data[0], 12);
  const gradients = stage.backward();
  const byName = {
    dx: gradients.x,
    dw1: gradients.w1,
    db1: gradients.b1,
    dw2: gradients.w2,
    db2: gradients.b2,
  };
  const elements = sampledGradients(values, forward, 30);
  expect(new Set(elements.map(({ output }) => output))).toEqual(new Set(Object.keys(byName)));
  for (const { output, index, value } of elements) {
    expect(value).toBeCloseTo(byName[output as keyof typeof byName].data[index], 12);
  }
});

test("forwardAwayFromKinks() leaves no activation within the margin, by repeating rows", () => {
  const values = smallValues();
  const before = values.x.slice();
  const margin = 0.1;
  const { l1 } = forwardAwayFromKinks(values, margin);
  const nearRows = Array.from({ length: ROWS }, (_, row) => row).filter((row) =>
    values.x.subarray(row * FEATURES, (row + 1) * FEATURES).some((x, i) => x !== before[row * FEATURES + i]),
  );
  expect(nearRows.length).toBeGreaterThan(0);
  expect(Math.min(...l1.subarray(HIDDEN).map(Math.abs))).toBeGreaterThanOrEqual(margin);
});
