// lab notebook 1 · title: 2. Broadcasting, and its trap · seed: 42 · threads: 2 · rows: 1000
// %% md id=intro
// # Broadcasting, and its trap
//
// Tensors of different shapes fit together when their sizes, compared **from the right**, are equal or 1. A size of 1 is repeated. It saves loops, and it hides one of the most common mistakes of all.
//
// | left | right | result |
// | --- | --- | --- |
// | (5, 3) | (3) | (5, 3): the row is added to each row |
// | (5, 3) | (5, 1) | (5, 3): the column is added to each column |
// | (5, 1) | (5) | (5, 5): every pair! |
// %% code id=try title="Try it"
print(zeros(2, 3).add(tensor([1, 2, 3])));
print(zeros(2, 3).add(tensor([[10], [20]])));
// %% md id=normal
// ## Every column with mean 0 and standard deviation 1
//
// Features of different size make learning hard: a pixel from 0 to 1 beside a salary in thousands. So each column is normalised:
//
// $$z_{ij} = \frac{x_{ij} - \mu_j}{\sigma_j}$$
// %% exercise id=e1 name=normalise_columns title="Normalise columns"
function normalise_columns(x: Tensor) {
  return x;
}
// %% hint
// You need one mean and one standard deviation a column: which axis has to go?
// %% hint
// $\mu$ = `x.mean({ dim: 0 })` has shape (columns); broadcasting subtracts it from every row.
// %% hint
// `x.sub(x.mean({ dim: 0 })).div(x.std({ dim: 0 }))`
// %% check
{
for (const [rows, columns] of [[7, 3], [50, 5], [4, 4]]) {
  const x = randn(rows!, columns!).mul(rand(columns!).add(0.5).mul(3)).add(rand(columns!).mul(10));
  const mean = x.mean({ dim: 0 }), std = x.std({ dim: 0 });
  equal(`normalise_columns of (${rows}, ${columns})`, normalise_columns(x), () => x.sub(x.mean({ dim: 0 })).div(x.std({ dim: 0 })), {
    atol: 1e-4,
    mistakes: {
      "mean and standard deviation of the whole tensor are taken instead of each column's": () => x.sub(x.mean()).div(x.std()),
      "mean and standard deviation of the rows (dim 1) are taken": () => x.sub(x.mean({ dim: 1, keepdim: true })).div(x.std({ dim: 1, keepdim: true })),
      "it is divided by the variance instead of the standard deviation": () => x.sub(mean).div(std.square()),
      "the mean is each column's, but the standard deviation that of the whole tensor": () => x.sub(mean).div(x.std()),
      "the standard deviation is each column's, but the mean that of the whole tensor": () => x.sub(x.mean()).div(std),
      "the variance is divided by n where std() divides by n − 1": () => x.sub(mean).div(x.std({ dim: 0, correction: 0 })),
      "each column is moved to 0 … 1, by its minimum and maximum": () => x.sub(x.min({ dim: 0 })).div(x.max({ dim: 0 }).sub(x.min({ dim: 0 }))),
      "the mean is not subtracted": () => x.div(std),
      "it is not divided by the standard deviation": () => x.sub(mean),
      "the mean is added instead of subtracted": () => x.add(mean).div(std),
      "it is divided before the mean is subtracted": () => x.div(std).sub(mean),
    },
  });
}
}
// %% solution
{
function normalise_columns(x: Tensor) {
  return x.sub(x.mean({ dim: 0 })).div(x.std({ dim: 0 }));
}
}
// %% md id=trap
// ## The trap
//
// A model with one output gives (N, 1); labels are (N). Their difference is (N, N): each prediction minus *every* label. The mean of that is a number, training runs, the loss falls a little, and all of it is wrong. The lab says so at the line when it happens.
//
// This function has the trap. Repair it.
// %% exercise id=e2 name=mean_error title="Find the trap"
function mean_error(predictions: Tensor, labels: Tensor) {
  return predictions.sub(labels).abs().mean();
}
// %% hint
// Write down both shapes, and compare them from the right.
// %% hint
// (N, 1) must become (N) before the subtraction: which method takes an axis of size 1 away?
// %% hint
// `predictions.squeeze(1).sub(labels).abs().mean()`
// %% check
{
for (const rows of [7, 1, 32]) {
  const predictions = randn(rows, 1).add(1), labels = randn(rows);
  const wrong = () => predictions.squeeze(1).sub(labels);
  equal(`mean_error of ${rows} rows`, mean_error(predictions, labels), () => predictions.squeeze(1).sub(labels).abs().mean(), {
    mistakes: {
      "every prediction is compared with every label, (N, 1) − (N) = (N, N)": () => predictions.sub(labels).abs().mean(),
      "the absolute value is taken of the mean, not of each difference": () => wrong().mean().abs(),
      "the absolute value is missing": () => wrong().mean(),
      "the squares are taken instead of the absolute values": () => wrong().square().mean(),
      "the sum is taken instead of the mean": () => wrong().abs().sum(),
    },
  });
}
}
// %% solution
{
function mean_error(predictions: Tensor, labels: Tensor) {
  return predictions.squeeze(1).sub(labels).abs().mean();
}
}
// %% md id=distances
// ## When you want every pair
//
// The same (N, N) is just right for distances between all rows: $d_{ij} = \lVert x_i - y_j \rVert$. No loop is needed.
// %% exercise id=e3 name=distances title="All distances"
function distances(x: Tensor, y: Tensor) {
  // x is (n, d), y is (m, d); the result is (n, m).
  return zeros(x.shape[0]!, y.shape[0]!);
}
// %% hint
// Give x an axis in the middle and y one in front, so that (n, 1, d) meets (1, m, d).
// %% hint
// $d_{ij} = \sqrt{\sum_k (x_{ik} - y_{jk})^2}$: the sum goes over the last axis.
// %% hint
// `x.unsqueeze(1).sub(y.unsqueeze(0)).square().sum({ dim: -1 }).sqrt()`
// %% check
{
for (const [n, m, d] of [[4, 3, 5], [2, 6, 1], [3, 3, 2]]) {
  const x = randn(n!, d!), y = randn(m!, d!);
  const squares = () => x.unsqueeze(1).sub(y.unsqueeze(0)).square();
  equal(`distances of (${n}, ${d}) and (${m}, ${d})`, distances(x, y), () => x.unsqueeze(1).sub(y.unsqueeze(0)).square().sum({ dim: -1 }).sqrt(), {
    mistakes: {
      "the root is missing": () => squares().sum({ dim: -1 }),
      "the mean over the last axis is taken instead of the sum": () => squares().mean({ dim: -1 }).sqrt(),
      "absolute values are added instead of squares": () => x.unsqueeze(1).sub(y.unsqueeze(0)).abs().sum({ dim: -1 }),
      "absolute values are added instead of squares, before the root": () => x.unsqueeze(1).sub(y.unsqueeze(0)).abs().sum({ dim: -1 }).sqrt(),
      "the sum goes over the rows of y (dim 1) instead of the last axis": () => squares().sum({ dim: 1 }).sqrt(),
      "all squares are added up to one number; the sum must go over the last axis only": () => squares().sum().sqrt(),
      "the sum over the last axis is missing": () => squares().sqrt(),
    },
  });
}
}
// %% solution
{
function distances(x: Tensor, y: Tensor) {
  return x.unsqueeze(1).sub(y.unsqueeze(0)).square().sum({ dim: -1 }).sqrt();
}
}
