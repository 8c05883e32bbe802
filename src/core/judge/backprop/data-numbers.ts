import { allOf, asserted, exactly } from "../judge.ts";
import { quantity, type JudgedNumbers } from "../judged-numbers.ts";

/** The notebook's EPSILON: how far the normalised mean and standard deviation may be from 0 and 1. */
export const EPSILON = 1e-3;

const near = (value: unknown, target: number): boolean =>
  typeof value === "number" && Math.abs(value - target) < EPSILON;

/** Cells 2 to 7: MNIST, its mean and standard deviation, normalisation. */
export const DATA_NUMBERS: readonly JudgedNumbers[] = [
  {
    id: "3",
    expected: { trainRows: 50_000, trainColumns: 784, validRows: 10_000, validColumns: 784 },
    quantities: [
      quantity("trainRows", "x_train rows"),
      quantity("trainColumns", "x_train columns"),
      quantity("validRows", "x_valid rows"),
      quantity("validColumns", "x_valid columns"),
    ],
    judge: exactly(
      { trainRows: 50_000, trainColumns: 784, validRows: 10_000, validColumns: 784 },
      0,
      "the same shapes",
    ),
  },
  {
    id: "5",
    expected: { trainMean: 0.1304, trainStd: 0.3073 },
    quantities: [quantity("trainMean", "x_train mean"), quantity("trainStd", "x_train std")],
    judge: exactly({ trainMean: 0.1304, trainStd: 0.3073 }, 0.000_05, "equal in the four printed decimals"),
  },
  {
    id: "7",
    expected: { trainMean: 0, trainStd: 1 },
    quantities: [
      quantity("trainMean", "x_train mean"),
      quantity("trainStd", "x_train std"),
      quantity("validMean", "x_valid mean"),
      quantity("validStd", "x_valid std"),
    ],
    judge: allOf(
      asserted(({ trainMean }) => near(trainMean, 0), "|mean| < 0.001"),
      asserted(({ trainStd }) => near(trainStd, 1), "|std − 1| < 0.001"),
    ),
  },
];
