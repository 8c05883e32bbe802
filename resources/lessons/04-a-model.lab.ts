// lab notebook 1 · title: 4. A model · seed: 42 · threads: 2 · rows: 1000
// %% md id=intro
// # A model
//
// Three functions make a network: a linear layer, a relu, a loss. You write each, then put them together.
//
// $$\hat y = \operatorname{relu}(x W_1 + b_1)\, W_2 + b_2, \qquad L = \frac 1 n \sum_i (\hat y_i - y_i)^2$$
//
// x is (rows, inputs), W is (inputs, outputs), b is (outputs): y = x W + b, each row an example.
// %% exercise id=e1 name=linear title="A linear layer"
function linear(x: Tensor, w: Tensor, b: Tensor) {
  return x;
}
// %% hint
// A product, then a sum. Which shapes go into the product?
// %% hint
// $y = x W + b$; b is added to every row by broadcasting.
// %% hint
// `x.matmul(w).add(b)`
// %% check
{
for (const [rows, n_in, n_out] of [[7, 5, 3], [1, 4, 2], [6, 3, 3]]) {
  const x = randn(rows!, n_in!), w = randn(n_in!, n_out!), b = randn(n_out!);
  equal(`linear of (${rows}, ${n_in})`, linear(x, w, b), () => x.matmul(w).add(b), {
    mistakes: {
      "the bias is not added": () => x.matmul(w),
      "the bias is subtracted": () => x.matmul(w).sub(b),
      "the bias is multiplied": () => x.matmul(w).mul(b),
      "the bias is added twice": () => x.matmul(w).add(b).add(b),
    },
  });
}
}
// %% solution
{
function linear(x: Tensor, w: Tensor, b: Tensor) {
  return x.matmul(w).add(b);
}
}
// %% exercise id=e2 name=relu title="The relu"
function relu(x: Tensor) {
  return x;
}
// %% hint
// What is below 0 becomes 0, what is above stays.
// %% hint
// $\max(x, 0)$, element by element.
// %% hint
// `x.clampMin(0)`, or `x.maximum(0)`
// %% check
{
for (const shape of [[7, 5], [1, 3], [4, 4]]) {
  const x = randn(shape);
  equal(`relu of (${shape.join(", ")})`, relu(x), () => x.clampMin(0), {
    mistakes: {
      "the smaller one is taken instead of the larger one": () => x.minimum(0),
      "the absolute value is taken": () => x.abs(),
      "the largest of all numbers is taken; compare each with 0": () => x.max(),
      "it gives the mask, 0 or 1, instead of the value": () => x.gt(0).float(),
      "½ is taken away as well": () => x.clampMin(0).sub(0.5),
    },
  });
}
}
// %% solution
{
function relu(x: Tensor) {
  return x.clampMin(0);
}
}
// %% exercise id=e3 name=mse title="The mean square error"
function mse(predictions: Tensor, labels: Tensor) {
  // predictions are (rows, 1), labels (rows)
  return tensor(0, []);
}
// %% hint
// Mind the trap of lesson 2: (N, 1) and (N).
// %% hint
// $\frac 1 n \sum_i (\hat y_i - y_i)^2$: difference, square, mean, in this order.
// %% hint
// `predictions.squeeze(1).sub(labels).square().mean()`
// %% check
{
for (const rows of [7, 1, 20]) {
  const p = randn(rows, 1).add(1), y = randn(rows);
  const d = () => p.squeeze(1).sub(y);
  equal(`mse of ${rows} rows`, mse(p, y), () => p.squeeze(1).sub(y).square().mean(), {
    mistakes: {
      "every prediction is compared with every label, (N, 1) − (N) = (N, N)": () => p.sub(y).square().mean(),
      "the sum is taken instead of the mean": () => d().square().sum(),
      "the square is missing": () => d().mean(),
      "the mean is squared instead of the differences": () => d().mean().square(),
      "absolute values are taken instead of squares": () => d().abs().mean(),
      "it is halved": () => d().square().mean().div(2),
      "a root is taken": () => d().square().mean().sqrt(),
    },
  });
}
}
// %% solution
{
function mse(predictions: Tensor, labels: Tensor) {
  return predictions.squeeze(1).sub(labels).square().mean();
}
}
// %% exercise id=e4 name=model title="Put together"
function model(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) {
  // Use linear and relu from above.
  return x;
}
// %% hint
// Linear, relu, linear. Is there a relu at the end?
// %% hint
// $\operatorname{relu}(x W_1 + b_1) W_2 + b_2$
// %% hint
// `linear(relu(linear(x, w1, b1)), w2, b2)`
// %% check
{
for (const [rows, n_in, hidden] of [[7, 5, 3], [1, 4, 6]]) {
  const x = randn(rows!, n_in!), w1 = randn(n_in!, hidden!), b1 = randn(hidden!), w2 = randn(hidden!, 1), b2 = randn(1);
  equal(`model of (${rows}, ${n_in})`, model(x, w1, b1, w2, b2), () => x.matmul(w1).add(b1).relu().matmul(w2).add(b2), {
    mistakes: {
      "the relu between the layers is missing": () => x.matmul(w1).add(b1).matmul(w2).add(b2),
      "the only relu stands at the end; it belongs between the layers": () => x.matmul(w1).add(b1).matmul(w2).add(b2).relu(),
      "the relu stands before the first layer": () => x.relu().matmul(w1).add(b1).matmul(w2).add(b2),
      "the second layer is missing": () => x.matmul(w1).add(b1).relu(),
      "the second layer adds b1 instead of b2": () => x.matmul(w1).add(b1).relu().matmul(w2).add(b1),
      "a relu stands at the end too": () => x.matmul(w1).add(b1).relu().matmul(w2).add(b2).relu(),
      "the relu stands before the first bias is added": () => x.matmul(w1).relu().add(b1).matmul(w2).add(b2),
    },
  });
}
}
// %% solution
{
function model(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) {
  return linear(relu(linear(x, w1, b1)), w2, b2);
}
}
