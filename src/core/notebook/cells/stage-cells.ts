import { checksPassed, exactly, timed } from "../judge.ts";
import { quantity, type NotebookCell } from "./notebook-cell.ts";

/** Bytes of x ⊗ dy for all rows at once: rows × 784 × 50 float32. */
export const outerProductBytes = (rows: number): number => rows * 784 * 50 * 4;

const CHECK_WHY =
  "The notebook asks torch's autograd and accepts |a − b| ≤ 1e-5 + 1e-3 |b|. That is weak for x.g: about three quarters of its entries are smaller than 1e-5, so an input gradient that is 8 % wrong would pass. So every tensor is also judged by max |a − b| / max |b| and ‖a − b‖ / ‖b‖, and the share hidden by atol is shown. References: an independent float64 backward pass over all rows, and central differences in float64 on a seeded sample of coordinates.";

const CHECKS = [
  quantity("passed", "gradients that pass"),
  quantity("worstRelNorm", "largest ‖a − b‖ / ‖b‖, float64"),
  quantity("worstFiniteDifference", "largest max |a − b| / max |b|, finite differences"),
  quantity("xHiddenByAtol", "share of x.g hidden by atol"),
  quantity("loss", "loss, float32"),
  quantity("referenceLoss", "loss, float64 reference"),
];

const check = (id: string, covers: string, stage: string, needs: string): NotebookCell => ({
  id,
  covers,
  part: null,
  title: `Check the five gradients of the ${stage}`,
  sentence: "Compares x.g, w1.g, b1.g, w2.g and b2.g with two independent float64 references.",
  formula: String.raw`|a - b| \le \text{atol} + \text{rtol}\,|b| \qquad \text{rtol} = 10^{-3},\ \text{atol} = 10^{-5}`,
  why: CHECK_WHY,
  expected: { passed: 5 },
  quantities: CHECKS,
  needs: [needs],
  judge: checksPassed(5),
});

/** Cells 26 to 65: the backward pass three times, each proven equal and timed. */
export const STAGE_CELLS: readonly NotebookCell[] = [
  {
    id: "29",
    covers: "26–30",
    part: null,
    title: "Forward and backward as functions",
    sentence:
      "The whole backward pass by hand: each function takes the gradient of its output and makes that of its inputs.",
    formula: String.raw`dx = dy\,W^\top \qquad dW = \sum_n x_n \otimes dy_n \qquad db = \sum_n dy_n`,
    why: "The notebook forms the outer product of every row before it sums: for the first layer that is 50000 × 784 × 50 float32, 7.84 GB. Here the rows go in chunks, so that it fits into memory; the number of operations and the memory traffic stay, and that is what makes it slow.",
    expected: { outerProductBytes: outerProductBytes(50_000) },
    quantities: [
      quantity("outerProductBytes", "outer product, all rows at once", "B"),
      quantity("chunkBytes", "outer product, one chunk", "B"),
      quantity("loss", "loss"),
      quantity("forwardMs", "forward, median", "ms"),
      quantity("backwardMs", "backward, median", "ms"),
    ],
    needs: ["7", "16"],
    judge: exactly(
      { outerProductBytes: outerProductBytes(50_000) },
      0,
      "the forecast of the outer product agrees",
    ),
  },
  check("36", "31–36", "functions", "29"),
  {
    id: "42",
    covers: "37–42",
    part: "Layers become classes",
    title: "Layer classes, forward",
    sentence: "Relu, Linear_layer and MSE remember their inputs and outputs; a Model calls them in order.",
    formula: "",
    why: "Objects that keep what the backward pass needs: the bookkeeping moves from the programmer's head into the layer.",
    expected: { forwardMs: 36.2 },
    quantities: [quantity("forwardMs", "forward, median", "ms"), quantity("loss", "loss")],
    needs: ["7", "16"],
    judge: timed("forwardMs", 36.2),
  },
  {
    id: "43",
    covers: "43",
    part: null,
    title: "Layer classes, backward",
    sentence:
      "The layers' backward methods in reverse order, weight gradients still by explicit outer products.",
    formula: String.raw`dW = \sum_n x_n \otimes dy_n`,
    why: "1.57 s in the notebook: nearly all of it writes and reads the 7.84 GB of outer products. Cell 64 computes the same sum as one matrix product.",
    expected: { backwardMs: 1570 },
    quantities: [quantity("backwardMs", "backward, median", "ms")],
    needs: ["42"],
    judge: timed("backwardMs", 1570),
  },
  check("44", "44", "layer classes", "43"),
  {
    id: "63",
    covers: "54–63",
    part: "A Module base class",
    title: "Module, forward",
    sentence:
      "A base class stores the arguments and the output of every call, so that layers hold only their mathematics.",
    formula: "",
    why: "Do not repeat yourself: what all layers did the same way moves into Module. A layer that forgets its forward pass is told so by name.",
    expected: { forwardMs: 59.4 },
    quantities: [quantity("forwardMs", "forward, median", "ms"), quantity("loss", "loss")],
    needs: ["7", "16"],
    judge: timed("forwardMs", 59.4),
  },
  {
    id: "64",
    covers: "64",
    part: null,
    title: "Module, backward",
    sentence: "The weight gradient as one matrix product instead of a sum of outer products.",
    formula: String.raw`\sum_n x_n \otimes dy_n = X^\top dY`,
    why: "The same numbers in another order: a matrix product adds each outer product into the result while it is in a register and never writes it to memory. 13 times faster in the notebook.",
    expected: { backwardMs: 121, speedup: 1570 / 121 },
    quantities: [
      quantity("backwardMs", "backward, median", "ms"),
      quantity("speedup", "faster than cell 43 by"),
    ],
    needs: ["43", "63"],
    judge: timed("backwardMs", 121),
  },
  check("65", "65", "Module", "64"),
];
