import { allOf, asserted, exactly, within, type Band } from "../judge.ts";
import { quantity, type JudgedNumbers } from "../judged-numbers.ts";

const DRAWS = "mean ± 3 standard deviations over 300 draws";

// Measured over 300 draws of w1 on the 10,000 validation rows, November 2026: mean 0.3927 (sd 0.0371), std 0.5810
// (sd 0.0329) for 1/√n. Kaiming's draws are √2 times as large.
const PLAIN: readonly Band[] = [
  { key: "mean", centre: 0.3927, halfWidth: 0.111 },
  { key: "std", centre: 0.581, halfWidth: 0.099 },
];
const KAIMING: readonly Band[] = PLAIN.map(({ key, centre, halfWidth }) => ({
  key,
  centre: centre * Math.SQRT2,
  halfWidth: halfWidth * Math.SQRT2,
}));
const shifted = (bands: readonly Band[], shift: number): readonly Band[] =>
  bands.map((band) => (band.key === "mean" ? { ...band, centre: band.centre - shift } : band));

const FIRST_LAYER = [quantity("mean", "first layer mean"), quantity("std", "first layer std")];
const WEIGHTS = [quantity("w1Std", "w1 std"), quantity("w2Std", "w2 std")];

/** Four standard errors of a standard deviation estimated from n normal draws: σ · 4 / √(2n). */
const stdBand = (key: string, std: number, draws: number): Band => ({
  key,
  centre: std,
  halfWidth: (4 * std) / Math.sqrt(2 * draws),
});
const FOUR_ERRORS = "within four standard errors of the formula";

const asNumber = (value: unknown): number => (typeof value === "number" ? value : NaN);

/** Cells 8 to 18: how the first layer's activations depend on the initialisation. */
export const INIT_NUMBERS: readonly JudgedNumbers[] = [
  {
    id: "8",
    expected: { w1Std: 1 / Math.sqrt(784), w2Std: 1 / Math.sqrt(50) },
    quantities: WEIGHTS,
    judge: within(
      [stdBand("w1Std", 1 / Math.sqrt(784), 39_200), stdBand("w2Std", 1 / Math.sqrt(50), 50)],
      FOUR_ERRORS,
    ),
  },
  {
    id: "12",
    expected: { mean: 0.4472, std: 0.6187 },
    quantities: FIRST_LAYER,
    judge: within(PLAIN, DRAWS),
  },
  {
    id: "13",
    expected: { w1Std: Math.sqrt(2 / 784), w2Std: Math.sqrt(2 / 50) },
    quantities: WEIGHTS,
    judge: within([stdBand("w1Std", Math.sqrt(2 / 784), 39_200), stdBand("w2Std", 0.2, 50)], FOUR_ERRORS),
  },
  {
    id: "15",
    expected: { mean: 0.5595, std: 0.828, sameDrawMeanRatio: Math.SQRT2, sameDrawStdRatio: Math.SQRT2 },
    quantities: [
      ...FIRST_LAYER,
      quantity("sameDrawMeanRatio", "mean, same draw as cell 8: ratio"),
      quantity("sameDrawStdRatio", "std, same draw as cell 8: ratio"),
    ],
    judge: allOf(
      exactly(
        { sameDrawMeanRatio: Math.SQRT2, sameDrawStdRatio: Math.SQRT2 },
        1e-5,
        "the same draw gives exactly √2 times cell 12",
      ),
      within(KAIMING, DRAWS),
    ),
  },
  {
    id: "16",
    expected: { mean: 0.5081, std: 0.7832, w1Std: Math.sqrt(2 / 784), fanInStd: 0.2 },
    quantities: [
      ...FIRST_LAYER,
      quantity("w1Std", "w1 std, fan_out"),
      quantity("fanInStd", "w1 std, fan_in"),
    ],
    judge: within(KAIMING, DRAWS),
  },
  {
    id: "18",
    expected: { mean: 0.0081, std: 0.7832, meanDrop: 0.5, stdChange: 0 },
    quantities: [
      ...FIRST_LAYER,
      quantity("meanDrop", "mean, drop from cell 16"),
      quantity("stdChange", "std, change from cell 16"),
    ],
    judge: allOf(
      asserted(({ meanDrop }) => Math.abs(asNumber(meanDrop) - 0.5) < 1e-6, "the mean drops by exactly 0.5"),
      asserted(({ stdChange }) => Math.abs(asNumber(stdChange)) < 1e-6, "the standard deviation stays"),
      within(shifted(KAIMING, 0.5), DRAWS),
    ),
  },
];
