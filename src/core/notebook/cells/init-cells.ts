import { allOf, asserted, exactly, within, type Band } from "../judge.ts";
import { quantity, type NotebookCell } from "./notebook-cell.ts";

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
export const INIT_CELLS: readonly NotebookCell[] = [
  {
    id: "8",
    covers: "8",
    part: "Basic architecture with one hidden layer",
    title: "Weights scaled by 1/√n",
    sentence:
      "Draws the weights of a 784 → 50 → 1 network from a normal distribution divided by √fanIn; biases are zero.",
    formula: String.raw`W_1 \sim \mathcal N(0, 1)/\sqrt{784} \qquad W_2 \sim \mathcal N(0, 1)/\sqrt{50}`,
    why: "With inputs of mean 0 and standard deviation 1, dividing by √fanIn keeps the standard deviation of x W at 1, before the relu cuts it.",
    expected: { w1Std: 1 / Math.sqrt(784), w2Std: 1 / Math.sqrt(50) },
    quantities: WEIGHTS,
    needs: [],
    judge: within(
      [stdBand("w1Std", 1 / Math.sqrt(784), 39_200), stdBand("w2Std", 1 / Math.sqrt(50), 50)],
      FOUR_ERRORS,
    ),
  },
  {
    id: "12",
    covers: "9–12",
    part: null,
    title: "First layer with relu",
    sentence:
      "Runs the validation images through linear layer and relu, and measures mean and standard deviation.",
    formula: String.raw`\operatorname{relu}(x W_1 + b_1) \qquad \operatorname{relu}(z) = \max(z, 0)`,
    why: "It is bad to have the standard deviation shrink at every layer: after ten layers nothing would be left of the signal. The relu throws half of it away, and 1/√n does not make up for that.",
    expected: { mean: 0.4472, std: 0.6187 },
    quantities: FIRST_LAYER,
    needs: ["7", "8"],
    judge: within(PLAIN, DRAWS),
  },
  {
    id: "13",
    covers: "13",
    part: "Kaiming initialisation",
    title: "Weights scaled by √(2/n)",
    sentence: "Draws new weights with the factor √(2/fanIn), which makes up for the half that the relu cuts.",
    formula: String.raw`W \sim \mathcal N(0, 1)\cdot\sqrt{2/n_{\text{in}}}`,
    why: "He, Zhang, Ren and Sun (2015): relu halves the second moment of a symmetric signal, so doubling the variance of the weights keeps the second moment the same from layer to layer.",
    expected: { w1Std: Math.sqrt(2 / 784), w2Std: Math.sqrt(2 / 50) },
    quantities: WEIGHTS,
    needs: [],
    judge: within([stdBand("w1Std", Math.sqrt(2 / 784), 39_200), stdBand("w2Std", 0.2, 50)], FOUR_ERRORS),
  },
  {
    id: "15",
    covers: "14–15",
    part: null,
    title: "First layer, Kaiming",
    sentence:
      "The same measurement with the new weights; on the very draw of cell 8 it is exactly √2 times as large.",
    formula: String.raw`\operatorname{relu}(\sqrt2\, z) = \sqrt2\,\operatorname{relu}(z)`,
    why: "Relu commutes with positive factors, so scaling the same draw by √2 scales mean and standard deviation by √2. That part is exact; the rest of the difference to cell 12 is the new draw.",
    expected: { mean: 0.5595, std: 0.828, sameDrawMeanRatio: Math.SQRT2, sameDrawStdRatio: Math.SQRT2 },
    quantities: [
      ...FIRST_LAYER,
      quantity("sameDrawMeanRatio", "mean, same draw as cell 8: ratio"),
      quantity("sameDrawStdRatio", "std, same draw as cell 8: ratio"),
    ],
    needs: ["12", "13"],
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
    covers: "16",
    part: null,
    title: "Compared with the library's initialiser",
    sentence: "w1 by kaiming_normal with mode fan_out, to compare with PyTorch's own initialiser.",
    formula: String.raw`\text{std} = \sqrt{2/\text{fan}} \qquad \text{fan\_out} = 784,\ \text{fan\_in} = 50 \text{ for torch}`,
    why: "PyTorch's Linear stores its weight as (out, in). The notebook stores (in, out) = (784, 50), so what torch calls fan_out is our fanIn, 784: std 0.0505, as in cell 13. With mode fan_in torch would take 50 and give std 0.2, and the activations would explode.",
    expected: { mean: 0.5081, std: 0.7832, w1Std: Math.sqrt(2 / 784), fanInStd: 0.2 },
    quantities: [
      ...FIRST_LAYER,
      quantity("w1Std", "w1 std, fan_out"),
      quantity("fanInStd", "w1 std, fan_in"),
    ],
    needs: ["7", "13"],
    judge: within(KAIMING, DRAWS),
  },
  {
    id: "18",
    covers: "17–18",
    part: null,
    title: "A relu that subtracts 0.5",
    sentence: "Shifts the relu down by 0.5, so that the mean of the activations is near zero.",
    formula: String.raw`\operatorname{relu}(z) = \max(z, 0) - 0.5`,
    why: "The mean of a relu is never negative, and 0.55 is far from 0. Subtracting a constant moves the mean by exactly that constant and leaves the standard deviation alone.",
    expected: { mean: 0.0081, std: 0.7832, meanDrop: 0.5, stdChange: 0 },
    quantities: [
      ...FIRST_LAYER,
      quantity("meanDrop", "mean, drop from cell 16"),
      quantity("stdChange", "std, change from cell 16"),
    ],
    needs: ["16"],
    judge: allOf(
      asserted(({ meanDrop }) => Math.abs(asNumber(meanDrop) - 0.5) < 1e-6, "the mean drops by exactly 0.5"),
      asserted(({ stdChange }) => Math.abs(asNumber(stdChange)) < 1e-6, "the standard deviation stays"),
      within(shifted(KAIMING, 0.5), DRAWS),
    ),
  },
];
