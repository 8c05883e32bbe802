import { exactly, within } from "../judge.ts";
import { quantity, type JudgedNumbers } from "../judged-numbers.ts";

/** Cells 19 to 25: the model, its loss and the loss's gradient. */
export const MODEL_NUMBERS: readonly JudgedNumbers[] = [
  {
    id: "20",
    expected: { rows: 10_000, columns: 1 },
    quantities: [quantity("rows", "output rows"), quantity("columns", "output columns")],
    judge: exactly({ rows: 10_000, columns: 1 }, 0, "the assertion on the shape holds"),
  },
  {
    id: "22",
    expected: { predRows: 50_000, predColumns: 1, targetRows: 50_000 },
    quantities: [
      quantity("predRows", "preds rows"),
      quantity("predColumns", "preds columns"),
      quantity("targetRows", "y_train rows"),
    ],
    judge: exactly({ predRows: 50_000, predColumns: 1, targetRows: 50_000 }, 0, "the same shapes"),
  },
  {
    id: "23",
    expected: { loss: 33.0932 },
    quantities: [quantity("loss", "loss")],
    judge: within(
      [{ key: "loss", centre: 31.5, halfWidth: 13.5 }],
      "losses of random draws lie between 18 and 45",
    ),
  },
  {
    id: "25",
    expected: { rows: 50_000, columns: 1 },
    quantities: [quantity("rows", "preds.g rows"), quantity("columns", "preds.g columns")],
    judge: exactly({ rows: 50_000, columns: 1 }, 0, "the same shape"),
  },
];
