import { allOf, checksPassed, timed } from "../judge.ts";
import { quantity, type NotebookCell } from "./notebook-cell.ts";

/** Cells 66 to 86: the framework's way, with a tape that differentiates for us. */
export const AUTOGRAD_CELLS: readonly NotebookCell[] = [
  {
    id: "84",
    covers: "66–84",
    part: "Letting the framework do it",
    title: "Linear, ReLU and a tape, forward",
    sentence:
      "A model of Linear and ReLU layers with the framework's default initialisation; a tape records every operation.",
    formula: String.raw`W \sim \mathcal U(\pm 1/\sqrt{n_{\text{in}}}) \qquad b \sim \mathcal U(\pm 1/\sqrt{n_{\text{in}}})`,
    why: "kaiming_uniform with a = √5, torch's default for Linear, is the same as uniform ±1/√fanIn. The relu has no shift here, and the weights are new, so the loss differs from the cells above. The notebook keeps its layers in a plain list: torch would not find their parameters there, and an optimiser would train nothing.",
    expected: { forwardMs: 48.1 },
    quantities: [quantity("forwardMs", "forward, median", "ms"), quantity("loss", "loss")],
    needs: ["7"],
    judge: timed("forwardMs", 48.1),
  },
  {
    id: "86",
    covers: "86",
    part: null,
    title: "loss.backward()",
    sentence:
      "Walks the tape backwards. The notebook checks nothing here; this app checks all five gradients.",
    formula: "",
    why: "The tape holds, for every operation, how to turn the gradient of its output into those of its inputs. Walking it from the end is the chain rule, and nobody has to write a backward pass by hand any more.",
    expected: { backwardMs: 75.5 },
    quantities: [
      quantity("backwardMs", "backward, median", "ms"),
      quantity("passed", "gradients that pass"),
      quantity("worstRelNorm", "largest ‖a − b‖ / ‖b‖, float64"),
    ],
    needs: ["84"],
    judge: allOf(checksPassed(5), timed("backwardMs", 75.5)),
  },
];
