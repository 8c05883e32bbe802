import { expect, test } from "vitest";
import { layoutGraph, NODE } from "../../../../src/renderer/backward/graph-layout.ts";
import type { Trace, TracedStep } from "../../../../src/shared/experiments/stepper.ts";

const step = (index: number, pass: TracedStep["pass"], inputs: string[], outputs: string[]): TracedStep => ({
  index,
  pass,
  inputs,
  outputs,
  op: "matmul",
  title: "",
  formula: "",
  sentence: "",
  ms: 1,
  bytes: 1,
  multiplyAdds: 1,
});

test("layoutGraph() puts forward above from left to right, backward below from right to left, and joins them", () => {
  const steps = [
    step(0, "forward", ["x"], ["h"]),
    step(1, "loss", ["h"], ["loss"]),
    step(2, "backward", ["h"], ["h.g"]),
    step(3, "backward", ["h.g", "x"], ["w.g"]),
  ];
  const { steps: placed, edges, width, height } = layoutGraph({ steps, tensors: [] } as unknown as Trace);
  expect(placed.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  expect(placed[0].x).toBeLessThan(placed[1].x);
  expect(placed[2].x).toBe(placed[1].x);
  expect(placed[3].x).toBe(placed[0].x);
  expect(placed[2].y).toBeGreaterThan(NODE.height);
  expect(edges.map(({ from, to }) => `${from} ${to}`)).toEqual(["0 1", "0 2", "2 3"]);
  expect(width).toBe(2 * NODE.width + NODE.gapX);
  expect(height).toBe(placed[2].y + NODE.height);
});
