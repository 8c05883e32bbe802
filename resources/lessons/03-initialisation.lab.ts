// lab notebook 1 · title: 3. Initialisation · seed: 42 · threads: 2 · rows: 1000
// %% md id=intro
// # Initialisation
//
// Before the first step of learning the signal has to get through the network at all. Each layer adds up n random products, so its output is √n times as large as its input, layer after layer. Ten layers of 256 multiply it by $16^{10}$: no float survives that.
// %% code id=explode title="Watch it explode"
let signal = randn(64, 256);
const sizes: number[] = [];
for (let layer = 0; layer < 10; layer++) {
  signal = signal.matmul(randn(256, 256));
  sizes.push(signal.std().item());
}
plot(sizes, { xLabel: "layer", yLabel: "standard deviation", log: true });
// %% md id=linear
// ## 1/√n
//
// With inputs of variance 1 and weights of variance $v$, a sum of n products has variance $n v$. To keep it at 1:
//
// $$v = \frac 1 n, \qquad w = \frac{\text{randn}}{\sqrt{n_{\text{in}}}}$$
// %% exercise id=e1 name=linear_init title="Weights of a linear layer"
function linear_init(n_in: number, n_out: number) {
  return randn(n_in, n_out);
}
// %% hint
// How large is the variance of a sum of n products? Which variance of the weights makes it 1?
// %% hint
// $\operatorname{std}(w) = 1 / \sqrt{n_{\text{in}}}$; it is the number of *inputs* that counts.
// %% hint
// `randn(n_in, n_out).div(Math.sqrt(n_in))`
// %% check
{
const w = linear_init(400, 100);
equal("the shape of linear_init(400, 100)", w.shape, [400, 100], { mistakes: { "inputs and outputs are exchanged: (n_in, n_out) is due": [100, 400] } });
within("the standard deviation of linear_init(400, 100)", w.std(), 0.0485, 0.0515, {
  "the weights are not scaled": [0.95, 1.05],
  "it is 1/√n of the outputs; the inputs count": [0.097, 0.103],
  "it is multiplied by √n; divide": [19, 21],
  "all weights are the same number; they must be random": [0, 0],
  "it is 1/n: a root is missing": [0.0024, 0.0026],
  "it is √(2/n), which makes up for a relu; here there is none": [0.0685, 0.073],
  "numbers of rand are all positive, with a spread of their own; randn is due": [0.013, 0.016],
});
within("the mean of linear_init(400, 100)", w.mean(), -0.002, 0.002, { "rand gives 0 to 1 only; randn is due": [0.01, 1] });
for (const seed of [1, 2, 3]) {
  let x = randn(64, 128);
  for (let layer = 1; layer <= 10; layer++) x = x.matmul(linear_init(128, 128));
  within(`the standard deviation after ten layers (draw ${seed})`, x.std(), 0.5, 1.6);
}
}
// %% solution
{
function linear_init(n_in: number, n_out: number) {
  return randn(n_in, n_out).div(Math.sqrt(n_in));
}
}
// %% md id=relu
// ## √(2/n)
//
// A relu sets half of the numbers to 0 and so halves the mean square. Weights √2 times as large make up for it: He et al., 2015.
//
// $$w = \text{randn} \cdot \sqrt{\frac{2}{n_{\text{in}}}}$$
// %% exercise id=e2 name=relu_init title="Weights before a relu"
function relu_init(n_in: number, n_out: number) {
  return randn(n_in, n_out).div(Math.sqrt(n_in));
}
// %% hint
// The relu halves $E[x^2]$. By how much must the variance of the weights grow?
// %% hint
// Variance $2/n_{\text{in}}$; the standard deviation is its root.
// %% hint
// `randn(n_in, n_out).mul(Math.sqrt(2 / n_in))`
// %% check
{
const w = relu_init(400, 100);
equal("the shape of relu_init(400, 100)", w.shape, [400, 100], { mistakes: { "inputs and outputs are exchanged: (n_in, n_out) is due": [100, 400] } });
within("the standard deviation of relu_init(400, 100)", w.std(), 0.0685, 0.073, {
  "it is 1/√n: the relu's half is not made up for": [0.0485, 0.0515],
  "it is 2/√n: the 2 belongs under the root": [0.097, 0.103],
  "it is 2/n: the root is missing": [0.0048, 0.0052],
  "it is √(2/n) of the outputs; the inputs count": [0.137, 0.146],
  "it is √(n/2): the fraction stands upside down": [13.5, 15],
  "it is √(1/(2n)): the 2 belongs above the line": [0.0345, 0.0365],
  "numbers of rand are all positive, with a spread of their own; randn is due": [0.0195, 0.0215],
  "the weights are not scaled": [0.95, 1.05],
});
for (const seed of [1, 2, 3]) {
  let x = randn(64, 256);
  for (let layer = 1; layer <= 10; layer++) x = x.matmul(relu_init(256, 256)).relu();
  within(`the root of the mean square after ten relus (draw ${seed})`, x.square().mean().sqrt(), 0.45, 2.2);
}
}
// %% solution
{
function relu_init(n_in: number, n_out: number) {
  return randn(n_in, n_out).mul(Math.sqrt(2 / n_in));
}
}
// %% md id=shift
// ## A relu moved by ½
//
// A relu's outputs are never negative: their mean is about 0.4 to 0.6, and the next layer gets it as a constant. Taking ½ away brings it near 0. The seed's notebook does so.
// %% exercise id=e3 name=shifted_relu title="The moved relu"
function shifted_relu(x: Tensor) {
  return x.relu();
}
// %% hint
// First the relu, then the shift: the order matters.
// %% hint
// $f(x) = \max(x, 0) - \tfrac 12$
// %% hint
// `x.clampMin(0).sub(0.5)`
// %% check
{
const x = randn(6, 5);
equal("shifted_relu(x)", shifted_relu(x), () => x.clampMin(0).sub(0.5), {
  mistakes: {
    "it is a relu without the shift": () => x.clampMin(0),
    "½ is taken away before the relu": () => x.sub(0.5).clampMin(0),
    "½ is added": () => x.clampMin(0).add(0.5),
    "the relu is missing": () => x.sub(0.5),
    "the lower limit is −½ instead of 0": () => x.clampMin(-0.5),
    "the lower limit is −½ instead of 0, and ½ is taken away besides": () => x.clampMin(-0.5).sub(0.5),
    "the lower limit is ½ instead of 0": () => x.clampMin(0.5),
  },
});
}
// %% solution
{
function shifted_relu(x: Tensor) {
  return x.clampMin(0).sub(0.5);
}
}
