import { checksPassed, exactly, timed } from "../judge.ts";
import { quantity, type JudgedNumbers } from "../judged-numbers.ts";

/** Bytes of x ⊗ dy for all rows at once: rows × 784 × 50 float32. */
const outerProductBytes = (rows: number): number => rows * 784 * 50 * 4;

const CHECKS = [
  quantity("passed", "gradients that pass"),
  quantity("loss", "loss, float32"),
  quantity("referenceLoss", "loss, forward pass again"),
];

const check = (id: string): JudgedNumbers => ({
  id,
  expected: { passed: 5 },
  quantities: CHECKS,
  judge: checksPassed(5),
});

/** Cells 26 to 65: the backward pass three times, each proven equal and timed. */
export const STAGE_NUMBERS: readonly JudgedNumbers[] = [
  {
    id: "29",
    expected: { outerProductBytes: outerProductBytes(50_000) },
    quantities: [
      quantity("outerProductBytes", "outer product, all rows at once", "B"),
      quantity("loss", "loss"),
    ],
    judge: exactly(
      { outerProductBytes: outerProductBytes(50_000) },
      0,
      "the forecast of the outer product agrees",
    ),
  },
  check("36"),
  {
    id: "42",
    expected: { forwardMs: 36.2 },
    quantities: [quantity("forwardMs", "forward, median", "ms"), quantity("loss", "loss")],
    judge: timed("forwardMs", 36.2),
  },
  {
    id: "43",
    expected: { backwardMs: 1570 },
    quantities: [quantity("backwardMs", "backward, median", "ms")],
    judge: timed("backwardMs", 1570),
  },
  check("44"),
  {
    id: "63",
    expected: { forwardMs: 59.4 },
    quantities: [quantity("forwardMs", "forward, median", "ms"), quantity("loss", "loss")],
    judge: timed("forwardMs", 59.4),
  },
  {
    id: "64",
    expected: { backwardMs: 121, speedup: 1570 / 121 },
    quantities: [
      quantity("backwardMs", "backward, median", "ms"),
      quantity("speedup", "faster than cell 43 by"),
    ],
    judge: timed("backwardMs", 121),
  },
  check("65"),
];
