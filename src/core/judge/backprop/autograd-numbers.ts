import { allOf, checksPassed, timed } from "../judge.ts";
import { quantity, type JudgedNumbers } from "../judged-numbers.ts";

/** Cells 66 to 86: the framework's way, with a tape that differentiates for us. */
export const AUTOGRAD_NUMBERS: readonly JudgedNumbers[] = [
  {
    id: "84",
    expected: { forwardMs: 48.1 },
    quantities: [quantity("forwardMs", "forward, median", "ms"), quantity("loss", "loss")],
    judge: timed("forwardMs", 48.1),
  },
  {
    id: "86",
    expected: { backwardMs: 75.5 },
    quantities: [
      quantity("backwardMs", "backward, median", "ms"),
      quantity("passed", "gradients that pass"),
      quantity("worstRelNorm", "largest ‖a − b‖ / ‖b‖, float64"),
    ],
    judge: allOf(checksPassed(5), timed("backwardMs", 75.5)),
  },
];
