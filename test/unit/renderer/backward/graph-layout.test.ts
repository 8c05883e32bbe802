import { expect, test } from "vitest";
import { edgePath, layoutGraph, NODE } from "../../../../src/renderer/backward/graph-layout.ts";
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

test("A9: layoutGraph() puts each gradient below what it belongs to, parameters' in a row of their own", () => {
  const tensors = ["x", "w1", "b1", "x @ w1", "z1", "L", "dz1", "dx", "dW1", "db1"].map((id) => ({
    id,
    name: id,
  }));
  const steps = [
    step(0, "forward", ["x", "w1"], ["x @ w1"]),
    step(1, "forward", ["x @ w1", "b1"], ["z1"]),
    step(2, "loss", ["z1"], ["L"]),
    step(3, "backward", ["z1"], ["dz1"]),
    step(4, "backward", ["dz1", "w1"], ["dx"]),
    step(5, "backward", ["x", "dz1"], ["dW1"]),
    step(6, "backward", ["dz1"], ["db1"]),
  ];
  const { steps: placed, edges, width, height } = layoutGraph({ steps, tensors } as unknown as Trace);
  const [product, z, loss, dz, dx, dW, db] = placed;
  expect(placed.map(({ makes }) => makes)).toEqual(steps.map(({ outputs }) => outputs[0]));
  expect([product.y, z.y, loss.y]).toEqual([0, 0, 0]);
  expect(product.x).toBeLessThan(z.x);
  expect(z.x).toBeLessThan(loss.x);
  expect([dz.x, db.x, dx.x, dW.x]).toEqual([z.x, z.x, product.x, product.x]);
  expect(dz.y).toBe(dx.y);
  expect(dW.y).toBe(db.y);
  expect(dW.y).toBeGreaterThan(dx.y + NODE.height);
  expect(new Set(placed.map(({ x, y }) => `${x} ${y}`)).size).toBe(placed.length);
  expect(edges.map(({ from, to }) => `${from} ${to}`)).toEqual(["0 1", "1 2", "1 3", "3 4", "3 5", "3 6"]);
  expect(width).toBe(3 * NODE.width + 2 * NODE.gapX);
  expect(height).toBe(dW.y + NODE.height);
});

test("edgePath() goes down between two columns where it skips a row", () => {
  const at = (column: number, row: number) => ({
    x: column * (NODE.width + NODE.gapX),
    y: row * (NODE.height + NODE.gapY),
  });
  expect(edgePath(at(0, 0), at(2, 0))).toBe("M82 19 L200 19");
  expect(edgePath(at(2, 1), at(0, 1))).toBe("M200 79 L82 79");
  expect(edgePath(at(1, 0), at(1, 1))).toBe("M141 38 C141 49 141 49 141 60");
  // Column 1 ends at 182, column 2 begins at 200.
  expect(edgePath(at(1, 0), at(2, 2))).toBe("M141 38 C141 60 191 38 191 60 L191 98 C191 120 241 98 241 120");
  expect(edgePath(at(2, 0), at(1, 2))).toContain("L191 98");
});
