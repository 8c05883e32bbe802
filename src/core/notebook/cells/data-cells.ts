import { allOf, asserted, exactly } from "../judge.ts";
import { quantity, type NotebookCell } from "./notebook-cell.ts";

/** The notebook's EPSILON: how far the normalised mean and standard deviation may be from 0 and 1. */
export const EPSILON = 1e-3;

const near = (value: unknown, target: number): boolean =>
  typeof value === "number" && Math.abs(value - target) < EPSILON;

/** Cells 2 to 7: MNIST, its mean and standard deviation, normalisation. */
export const DATA_CELLS: readonly NotebookCell[] = [
  {
    id: "3",
    covers: "2–3",
    part: "Data",
    title: "Load MNIST",
    sentence:
      "Reads the 60,000 training images, keeps the first 50,000 for training and the next 10,000 for validation, and scales pixels to [0, 1).",
    formula: String.raw`x = \text{pixel} / 256`,
    why: "The notebook downloads a pickle from a host that no longer exists; this app ships the same images. In that pickle the pixels were divided by 256, not 255: only so the mean and the standard deviation of the next cell come out. The 10,000 test images are dropped, as there.",
    expected: { trainRows: 50_000, trainColumns: 784, validRows: 10_000, validColumns: 784 },
    quantities: [
      quantity("trainRows", "x_train rows"),
      quantity("trainColumns", "x_train columns"),
      quantity("validRows", "x_valid rows"),
      quantity("validColumns", "x_valid columns"),
    ],
    needs: [],
    judge: exactly(
      { trainRows: 50_000, trainColumns: 784, validRows: 10_000, validColumns: 784 },
      0,
      "the same shapes",
    ),
  },
  {
    id: "5",
    covers: "4–5",
    part: null,
    title: "Mean and standard deviation",
    sentence: "One mean and one standard deviation over all pixels of all training images.",
    formula: String.raw`\mu = \frac{1}{n}\sum_i x_i \qquad \sigma = \sqrt{\frac{1}{n-1}\sum_i (x_i-\mu)^2}`,
    why: "Nothing here is random, so the numbers must agree in every printed digit. They do only with pixels / 256; with / 255 they would be 0.13096 and 0.30850. The sums run in float64: 39,200,000 float32 additions would lose digits.",
    expected: { trainMean: 0.1304, trainStd: 0.3073 },
    quantities: [quantity("trainMean", "x_train mean"), quantity("trainStd", "x_train std")],
    needs: ["3"],
    judge: exactly({ trainMean: 0.1304, trainStd: 0.3073 }, 0.000_05, "equal in the four printed decimals"),
  },
  {
    id: "7",
    covers: "6–7",
    part: null,
    title: "Normalise",
    sentence: "Subtracts the training mean and divides by the training standard deviation, in both sets.",
    formula: String.raw`x \leftarrow (x - \mu_{\text{train}}) / \sigma_{\text{train}}`,
    why: "The validation set is normalised with the training set's numbers, because at the time of prediction there is no second set to measure. So its own mean and standard deviation stay a little off 0 and 1: −0.00585 and 0.99243.",
    expected: { trainMean: 0, trainStd: 1 },
    quantities: [
      quantity("trainMean", "x_train mean"),
      quantity("trainStd", "x_train std"),
      quantity("validMean", "x_valid mean"),
      quantity("validStd", "x_valid std"),
    ],
    needs: ["5"],
    judge: allOf(
      asserted(({ trainMean }) => near(trainMean, 0), "|mean| < 0.001"),
      asserted(({ trainStd }) => near(trainStd, 1), "|std − 1| < 0.001"),
    ),
  },
];
