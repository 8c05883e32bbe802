// lab notebook 1 · title: 7. Activations backwards · seed: 42 · threads: 2 · rows: 1000
// %% md id=intro
// # Activations backwards
//
// An activation works element by element, so its backward pass does too: the gradient that comes in, times the slope at this element.
//
// $$y = f(x) \quad\Rightarrow\quad \frac{\partial L}{\partial x} = g \cdot f'(x)$$
//
// Five of them, from the simplest to the one that large language models use. Each function gets the input `x` and the output `out` with its gradient `out.g`, and sets `x.g`.
// %% md id=t1
// ## The relu
//
// $$f(x) = \max(x, 0)$$
//
// The gradient passes where the input was above 0, and nowhere else: a **mask**. At 0 itself both 0 and 1 are right.
// %% code id=f1
function relu(x: Tensor) {
  return x.clampMin(0);
}
// %% exercise id=e1 name=relu_backward title="The relu backwards"
function relu_backward(x: Tensor, out: Tensor) {
  x.g = zeros(...x.shape);
}
// %% hint
// Where does a small change of the input change the output?
// %% hint
// $g \cdot [x > 0]$: a comparison gives the mask, `.float()` makes numbers of it.
// %% hint
// `x.g = x.gt(0).float().mul(out.g!)`
// %% check
{
const layer = {
  forward: (x: Tensor) => relu(x),
  backward: (out: Tensor, x: Tensor) => relu_backward(x, out),
};
checkLayer(layer, { x: randn(7, 5) });
}
// %% solution
{
function relu_backward(x: Tensor, out: Tensor) {
  x.g = x.gt(0).float().mul(out.g!);
}
}
// %% md id=t2
// ## The leaky relu
//
// $$f(x) = \max(x, 0.1 x)$$
//
// Below 0 it still lets a tenth through, so no unit is ever dead.
// %% code id=f2
function leaky_relu(x: Tensor) {
  return x.maximum(x.mul(0.1));
}
// %% exercise id=e2 name=leaky_relu_backward title="The leaky relu backwards"
function leaky_relu_backward(x: Tensor, out: Tensor) {
  x.g = zeros(...x.shape);
}
// %% hint
// There are two slopes; which one belongs where?
// %% hint
// $g \cdot (1 \text{ where } x > 0, \text{ else } 0.1)$
// %% hint
// `x.g = x.gt(0).where(1, 0.1).mul(out.g!)`
// %% check
{
const layer = {
  forward: (x: Tensor) => leaky_relu(x),
  backward: (out: Tensor, x: Tensor) => leaky_relu_backward(x, out),
};
if (!checkLayer(layer, { x: randn(7, 5) }).passed) {
  const x = randn(7, 5), out = leaky_relu(x), g = randn(7, 5);
  out.g = g;
  leaky_relu_backward(x, out);
  const slope = (below: Tensor | number, above: Tensor | number = 1) => () => x.gt(0).float().mul(above).add(x.le(0).float().mul(below)).mul(g);
  equal("x.g", x.g, slope(0.1), {
    mistakes: {
      "the slope below 0 is 0.01; here it is 0.1": slope(0.01),
      "it is the backward of a relu: below 0 nothing passes": slope(0),
      "the slope below 0 is 0.9; it is 0.1": slope(0.9),
      "x itself stands above 0 where its slope, 1, is due": slope(0.1, x),
      "0.1 x stands below 0 where its slope, 0.1, is due": slope(x.mul(0.1)),
      "the values stand where the slopes, 1 and 0.1, are due": slope(x.mul(0.1), x),
    },
  });
}
}
// %% solution
{
function leaky_relu_backward(x: Tensor, out: Tensor) {
  x.g = x.gt(0).where(1, 0.1).mul(out.g!);
}
}
// %% md id=t3
// ## The hyperbolic tangent
//
// $$f(x) = \tanh x$$
//
// Its derivative can be written with its own *output*: $1 - y^2$. That is why layers keep their outputs.
// %% code id=f3
function tanh_forward(x: Tensor) {
  return x.tanh();
}
// %% exercise id=e3 name=tanh_backward title="The hyperbolic tangent backwards"
function tanh_backward(x: Tensor, out: Tensor) {
  x.g = zeros(...x.shape);
}
// %% hint
// The derivative of tanh is 1 minus the square of something. Of what?
// %% hint
// $g \cdot (1 - y^2)$ with $y$ = out
// %% hint
// `x.g = sub(1, out.square()).mul(out.g!)`
// %% check
{
const layer = {
  forward: (x: Tensor) => tanh_forward(x),
  backward: (out: Tensor, x: Tensor) => tanh_backward(x, out),
};
checkLayer(layer, { x: randn(7, 5) });
}
// %% solution
{
function tanh_backward(x: Tensor, out: Tensor) {
  x.g = sub(1, out.square()).mul(out.g!);
}
}
// %% md id=t4
// ## The sigmoid
//
// $$f(x) = 1 / (1 + e^{-x})$$
//
// $\sigma' = \sigma (1 - \sigma)$: at most ¼, so ten sigmoids in a row let less than a millionth through.
// %% code id=f4
function sigmoid_forward(x: Tensor) {
  return x.sigmoid();
}
// %% exercise id=e4 name=sigmoid_backward title="The sigmoid backwards"
function sigmoid_backward(x: Tensor, out: Tensor) {
  x.g = zeros(...x.shape);
}
// %% hint
// As with tanh, the output is all you need.
// %% hint
// $g \cdot y (1 - y)$ with $y$ = out
// %% hint
// `x.g = out.mul(sub(1, out)).mul(out.g!)`
// %% check
{
const layer = {
  forward: (x: Tensor) => sigmoid_forward(x),
  backward: (out: Tensor, x: Tensor) => sigmoid_backward(x, out),
};
checkLayer(layer, { x: randn(7, 5) });
}
// %% solution
{
function sigmoid_backward(x: Tensor, out: Tensor) {
  x.g = out.mul(sub(1, out)).mul(out.g!);
}
}
// %% md id=t5
// ## The gelu
//
// $$f(x) = x \cdot \Phi(x), \quad \Phi(x) = \tfrac 1 2 (1 + \operatorname{erf}(x / \sqrt 2))$$
//
// A smooth relu: x times the probability that a normal number lies below x. Two factors know x, so there are two terms.
// %% code id=f5
function gelu(x: Tensor) {
  return x.mul(x.div(Math.SQRT2).erf().add(1).mul(0.5));
}
// %% exercise id=e5 name=gelu_backward title="The gelu backwards"
function gelu_backward(x: Tensor, out: Tensor) {
  x.g = zeros(...x.shape);
}
// %% hint
// Use the product rule. What is the derivative of $\Phi$?
// %% hint
// $g \cdot (\Phi(x) + x \varphi(x))$ with the density $\varphi(x) = e^{-x^2/2} / \sqrt{2\pi}$
// %% hint
// `const below = x.div(Math.SQRT2).erf().add(1).mul(0.5), density = x.square().mul(-0.5).exp().div(Math.sqrt(2 * Math.PI)); x.g = below.add(x.mul(density)).mul(out.g!)`
// %% check
{
const layer = {
  forward: (x: Tensor) => gelu(x),
  backward: (out: Tensor, x: Tensor) => gelu_backward(x, out),
};
if (!checkLayer(layer, { x: randn(7, 5) }).passed) {
  const x = randn(7, 5), out = gelu(x), g = randn(7, 5);
  out.g = g;
  gelu_backward(x, out);
  const below = (of = x.div(Math.SQRT2)) => of.erf().add(1).mul(0.5), root = Math.sqrt(2 * Math.PI);
  const density = (power = -0.5) => x.square().mul(power).exp().div(root);
  equal("x.g", x.g, () => below().add(x.mul(density())).mul(g), {
    mistakes: {
      "the density is not divided by √(2π)": () => below().add(x.mul(density()).mul(root)).mul(g),
      "the density has e^(+x²/2): the minus is missing": () => below().add(x.mul(density(0.5))).mul(g),
      "the density has e^(−x²): the ½ is missing": () => below().add(x.mul(density(-1))).mul(g),
      "erf is taken of x where x/√2 is due": () => below(x).add(x.mul(density())).mul(g),
      "the two terms are multiplied; the product rule adds them": () => below().mul(x.mul(density())).mul(g),
      "the second term is missing: x is in Φ too": () => below().mul(g),
      "the first term is missing: x stands before Φ": () => x.mul(density()).mul(g),
      "the second term lacks its factor x": () => below().add(density()).mul(g),
      "the second term is subtracted": () => below().sub(x.mul(density())).mul(g),
    },
  });
}
}
// %% solution
{
function gelu_backward(x: Tensor, out: Tensor) {
  const below = x.div(Math.SQRT2).erf().add(1).mul(0.5);
  const density = x.square().mul(-0.5).exp().div(Math.sqrt(2 * Math.PI));
  x.g = below.add(x.mul(density)).mul(out.g!);
}
}
