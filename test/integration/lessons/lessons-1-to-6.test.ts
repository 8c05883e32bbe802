import { describeMistakes } from "./wrong-answers.ts";

describeMistakes({
  "01-matrix-products": [
    ["three_loops", "sum += x", "sum = x", "only the last product of each sum is kept"],
    ["three_loops", "p < k; p++", "p < k - 1; p++", "the last product of each sum is left out"],
    ["three_loops", "y[p * n + j]", "y[j * k + p]", "B is read column by column"],
    ["three_loops", "return tensor(c, [m, n]);", "", "is a return missing?"],
    ["row_column", ".sum()", ".mean()", "the mean of the products"],
    ["row_column", "select(1, j)", "select(1, 0)", "the first column of B is used for every j"],
    ["row_times_all", "a.select(0, i)", "a.select(0, 0)", "the first row of A is used for every i"],
    ["row_times_all", ".sum({ dim: 0 })", ".sum({ dim: 1 })", "its shape is"],
  ],
  "02-broadcasting": [
    [
      "normalise_columns",
      "x.sub(x.mean({ dim: 0 })).div(x.std({ dim: 0 }))",
      "x.sub(x.mean()).div(x.std())",
      "of the whole tensor are taken",
    ],
    [
      "normalise_columns",
      ".div(x.std({ dim: 0 }))",
      ".div(x.variance({ dim: 0 }))",
      "variance instead of the standard deviation",
    ],
    ["normalise_columns", ".div(x.std({ dim: 0 }))", "", "not divided by the standard deviation"],
    ["mean_error", ".squeeze(1)", "", "every prediction is compared with every label"],
    ["mean_error", ".abs().mean()", ".mean().abs()", "the absolute value is taken of the mean"],
    ["distances", ".sqrt()", "", "the root is missing"],
  ],
  "03-initialisation": [
    ["linear_init", ".div(Math.sqrt(n_in))", "", "the weights are not scaled"],
    ["linear_init", "Math.sqrt(n_in)", "Math.sqrt(n_out)", "the inputs count"],
    ["linear_init", "Math.sqrt(n_in)", "n_in", "a root is missing"],
    ["relu_init", "Math.sqrt(2 / n_in)", "1 / Math.sqrt(n_in)", "the relu's half is not made up for"],
    ["relu_init", "Math.sqrt(2 / n_in)", "2 / Math.sqrt(n_in)", "the 2 belongs under the root"],
    ["shifted_relu", "x.clampMin(0).sub(0.5)", "x.sub(0.5).clampMin(0)", "½ is taken away before the relu"],
  ],
  "04-a-model": [
    ["linear", ".add(b)", "", "the bias is not added"],
    ["relu", "x.clampMin(0)", "x.gt(0).float()", "the mask, 0 or 1"],
    ["mse", ".squeeze(1)", "", "every prediction is compared with every label"],
    ["mse", ".mean()", ".sum()", "the sum is taken instead of the mean"],
    ["model", "relu(linear(x, w1, b1))", "linear(x, w1, b1)", "the relu between the layers is missing"],
    [
      "model",
      "linear(relu(linear(x, w1, b1)), w2, b2)",
      "relu(linear(relu(linear(x, w1, b1)), w2, b2))",
      "a relu stands at the end",
    ],
  ],
  "05-gradient-of-the-loss": [
    ["mse_backward", "2 / ", "1 / ", "½"],
    ["mse_backward", ".mul(2 / predictions.shape[0]!)", ".mul(2)", "times 7"],
    ["mse_backward", ".mul(2 / ", ".mul(-2 / ", "the sign is wrong"],
    ["mse_backward", ".unsqueeze(-1)", "", "a reshape is missing"],
    [
      "mse_backward",
      "predictions.squeeze(1).sub(labels).unsqueeze(-1)",
      "predictions.sub(labels)",
      "its shape is (7, 7)",
    ],
    ["mae_backward", ".div(predictions.shape[0]!)", "", "times 7"],
  ],
  "06-backward-of-linear": [
    ["linear_backward_outer", ".sum({ dim: 0 });\n  b.g", ".mean({ dim: 0 });\n  b.g", "1/7"],
    [
      "linear_backward_outer",
      "b.g = out.g!.sum({ dim: 0 })",
      "b.g = out.g!",
      "the sum over what the tensor was repeated to is missing",
    ],
    ["linear_backward", "w.t()", "w", "does not transpose the right operand"],
    ["linear_backward", "x.t().matmul(out.g!)", "out.g!.t().matmul(x)", "transposed"],
    ["linear_backward", "b.g = out.g!.sum", "b.g = out.g!.mean", "1/6"],
    ["linear_backward", "  w.g = x.t().matmul(out.g!);\n", "", "w.g was never set"],
  ],
});
