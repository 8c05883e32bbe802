// lab notebook 1 · title: 6. Backward of a linear layer · seed: 42 · threads: 2 · rows: 1000
// %% md id=intro
// # Backward of a linear layer
//
// The layer gets `out.g`, how the loss changes with each of its outputs, and answers three questions: how does it change with the inputs, the weights, the bias?
//
// $$y = x W + b \quad\Rightarrow\quad \frac{\partial L}{\partial x} = g W^{\mathsf T}, \qquad \frac{\partial L}{\partial W} = x^{\mathsf T} g, \qquad \frac{\partial L}{\partial b} = \sum_{\text{rows}} g$$
//
// No need to learn them by heart: the shapes alone leave one way to multiply. x is (rows, in), W (in, out), g (rows, out).
// %% code id=forward title="The layer"
function linear(x: Tensor, w: Tensor, b: Tensor) {
  return x.matmul(w).add(b);
}
// %% md id=outer
// ## Row by row: outer products
//
// One example adds $x_i \otimes g_i$ to the weights' gradient: each input times each output's gradient. Over all rows that is (rows, in, out), summed over axis 0. It is slow, and shows where the formula comes from.
// %% exercise id=e1 name=linear_backward_outer title="With outer products"
function linear_backward_outer(x: Tensor, out: Tensor, w: Tensor, b: Tensor) {
  x.g = out.g!.matmul(w.t());
  w.g = zeros(...w.shape);
  b.g = zeros(...b.shape);
}
// %% hint
// `x.unsqueeze(-1)` is (rows, in, 1). What must `out.g` become to give (rows, in, out)?
// %% hint
// $\partial L/\partial W = \sum_i x_i \otimes g_i$, and the bias is added to every row, so its gradient is the sum over rows.
// %% hint
// `w.g = x.unsqueeze(-1).mul(out.g!.unsqueeze(1)).sum({ dim: 0 })` and `b.g = out.g!.sum({ dim: 0 })`
// %% check
{
const layer = {
  w: randn(5, 3),
  b: randn(3),
  forward: (x: Tensor) => linear(x, layer.w, layer.b),
  backward: (out: Tensor, x: Tensor) => linear_backward_outer(x, out, layer.w, layer.b),
};
checkLayer(layer, { x: randn(7, 5) });
}
// %% solution
{
function linear_backward_outer(x: Tensor, out: Tensor, w: Tensor, b: Tensor) {
  x.g = out.g!.matmul(w.t());
  w.g = x.unsqueeze(-1).mul(out.g!.unsqueeze(1)).sum({ dim: 0 });
  b.g = out.g!.sum({ dim: 0 });
}
}
// %% md id=products
// ## All at once: a product
//
// A sum of outer products over all rows *is* a matrix product. The same numbers, without the (rows, in, out) in between.
// %% exercise id=e2 name=linear_backward title="With products"
function linear_backward(x: Tensor, out: Tensor, w: Tensor, b: Tensor) {
  x.g = zeros(...x.shape);
  w.g = zeros(...w.shape);
  b.g = zeros(...b.shape);
}
// %% hint
// Write down the three shapes. Which two of them give (in, out), and which one must be transposed?
// %% hint
// $g W^{\mathsf T}$ is (rows, in); $x^{\mathsf T} g$ is (in, out).
// %% hint
// `x.g = out.g!.matmul(w.t())`, `w.g = x.t().matmul(out.g!)`, `b.g = out.g!.sum({ dim: 0 })`
// %% check
{
const layer = {
  w: randn(5, 3),
  b: randn(3),
  forward: (x: Tensor) => linear(x, layer.w, layer.b),
  backward: (out: Tensor, x: Tensor) => linear_backward(x, out, layer.w, layer.b),
};
// Square first: where shapes cannot tell, only numbers do.
const square = {
  w: randn(4, 4),
  b: randn(4),
  forward: (x: Tensor) => linear(x, square.w, square.b),
  backward: (out: Tensor, x: Tensor) => linear_backward(x, out, square.w, square.b),
};
if (checkLayer(square, { x: randn(6, 4) }).passed && checkLayer(layer, { x: randn(7, 5) }).passed) {
  const x = randn(9, 6), w = randn(6, 4), b = randn(4), out = linear(x, w, b);
  out.g = randn(9, 4);
  linear_backward_outer(x, out, w, b);
  const w_outer = w.g!;
  linear_backward(x, out, w, b);
  equal("w.g beside that of outer products", w.g, w_outer);
}
}
// %% solution
{
function linear_backward(x: Tensor, out: Tensor, w: Tensor, b: Tensor) {
  x.g = out.g!.matmul(w.t());
  w.g = x.t().matmul(out.g!);
  b.g = out.g!.sum({ dim: 0 });
}
}
// %% md id=speed
// ## How much faster?
//
// The same numbers, timed side by side. The outer products would fill (rows, in, out) numbers; the product never makes them.
// %% code id=timing title="Side by side"
const X = randn(1000, 100), W = randn(100, 50), bias = zeros(50), Y = linear(X, W, bias);
Y.g = randn(1000, 50);
show({
  outer_products: time(() => X.unsqueeze(-1).mul(Y.g!.unsqueeze(1)).sum({ dim: 0 }), { samples: 5 }),
  product: time(() => X.t().matmul(Y.g!), { samples: 20 }),
});
