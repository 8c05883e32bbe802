// lab notebook 1 · title: 11. Classes, cross-entropy, optimisers · seed: 42 · threads: 2 · rows: 8000
// %% md id=intro
// # Classes, cross-entropy, optimisers
//
// Ten digits are no number to come near to: the model gives a score for each class, softmax makes probabilities of them, and the loss asks how surprised we are by the right one.
//
// $$p_j = \frac{e^{z_j}}{\sum_k e^{z_k}}, \qquad L = -\frac 1 n \sum_i \log p_{i, y_i}$$
// %% md id=stable
// ## Without overflow
//
// $e^{100}$ is more than float32 can hold. Subtract the row's largest score first: the probabilities stay the same, and the largest power is $e^0$.
//
// $$\log p_j = z_j - \max z - \log \sum_k e^{z_k - \max z}$$
// %% exercise id=e1 name=log_softmax title="Log-softmax"
function log_softmax(z: Tensor) {
  // z is (rows, classes)
  return z.exp().div(z.exp().sum({ dim: 1, keepdim: true })).log();
}
// %% hint
// The formula is right, and breaks at scores of ±100. Never take exp of something large, nor log of something that may be 0.
// %% hint
// With $m$ = `z.max({ dim: 1, keepdim: true })` and $s = z - m$: $s - \log \sum e^s$.
// %% hint
// `const s = z.sub(z.max({ dim: 1, keepdim: true })); return s.sub(s.exp().sum({ dim: 1, keepdim: true }).log());`
// %% check
{
for (const size of [1, 100]) {
  for (const [rows, classes] of [[7, 5], [1, 3]]) {
    const z = randn(rows!, classes!).mul(size);
    const right = () => z.sub(z.logSumExp({ dim: 1, keepdim: true }));
    const made = log_softmax(z);
    if (size === 100 && !Number.isFinite(made.sum().item())) {
      fail("With scores of about ±100 it gives NaN or infinite numbers: exp overflows, or log is taken of 0. Subtract each row's largest score before exp, and write the logarithm of the quotient as a difference.");
    }
    equal(`log_softmax of (${rows}, ${classes}) with scores of about ±${size}`, made, right, {
      rtol: 1e-3,
      mistakes: {
        "the probabilities are given instead of their logarithms": () => right().exp(),
        "the sum goes over the rows (dim 0)": () => z.sub(z.logSumExp({ dim: 0, keepdim: true })),
        "the largest score is subtracted, but not the logarithm of the sum": () => z.sub(z.max({ dim: 1, keepdim: true })),
        "the logarithm of the sum is missing: the sum itself is subtracted": () => { const s = z.sub(z.max({ dim: 1, keepdim: true })); return s.sub(s.exp().sum({ dim: 1, keepdim: true })); },
        "the sum goes over all rows and classes": () => z.sub(z.exp().sum().log()),
        "the sum goes over all rows and classes, after each row's largest score was subtracted": () => { const s = z.sub(z.max({ dim: 1, keepdim: true })); return s.sub(s.exp().sum().log()); },
        "the mean is taken in the place of the sum": () => right().add(Math.log(classes!)),
        "the logarithm of the sum is added": () => { const s = z.sub(z.max({ dim: 1, keepdim: true })); return s.add(s.exp().sum({ dim: 1, keepdim: true }).log()); },
      },
    });
  }
}
}
// %% solution
{
function log_softmax(z: Tensor) {
  const s = z.sub(z.max({ dim: 1, keepdim: true }));
  return s.sub(s.exp().sum({ dim: 1, keepdim: true }).log());
}
}
// %% md id=gradient
// ## The most beautiful gradient
//
// Softmax and logarithm together leave almost nothing: $\frac{\partial L}{\partial z} = \frac 1 n (p - \text{onehot}(y))$. What was predicted, minus what was true.
// %% code id=loss title="The loss"
function cross_entropy(z: Tensor, y: Tensor) {
  return z.logSumExp({ dim: 1 }).sub(z.gather(1, y.unsqueeze(1)).squeeze(1)).mean();
}
// %% exercise id=e2 name=cross_entropy_backward title="Backward of the cross-entropy"
function cross_entropy_backward(z: Tensor, y: Tensor) {
  // z is (rows, classes), y (rows). Set z.g.
  z.g = z.softmax(1);
}
// %% hint
// The true class has probability 1 in reality: `y.oneHot(classes)` says so in numbers.
// %% hint
// $\frac 1 n (\operatorname{softmax}(z) - \operatorname{onehot}(y))$; the 1/n comes from the mean.
// %% hint
// `z.g = z.softmax(1).sub(y.oneHot(z.shape[1]!)).div(z.shape[0]!)`
// %% check
{
for (const [rows, size] of [[7, 1], [1, 1], [7, 100]]) {
  const z = randn(rows!, 5).mul(size!), y = tensor(Array.from({ length: rows! }, (_row, at) => (3 * at + 1) % 5));
  const passed = check(
    () => {
      const loss = cross_entropy(z, y);
      cross_entropy_backward(z, y);
      return loss;
    },
    { z },
  ).passed;
  if (!passed) {
    const p = z.softmax(1), one = y.oneHot(5);
    equal("z.g", z.g, () => z.softmax(1).sub(y.oneHot(5)).div(rows!), {
      mistakes: {
        "the one-hot labels are not subtracted": () => p.div(rows!),
        "the one-hot labels are not subtracted, and it is not divided by n": () => p,
        "it is not divided by n": () => p.sub(one),
        "the labels come first: the sign is wrong": () => one.sub(p).div(rows!),
        "softmax goes over the rows (dim 0)": () => z.softmax(0).sub(one).div(rows!),
        "the scores are taken instead of their softmax": () => z.sub(one).div(rows!),
        "the logarithm of softmax is taken; here softmax itself is due": () => z.softmax(1).log().sub(one).div(rows!),
        "it is divided by the number of classes instead of rows": () => p.sub(one).div(5),
        "it is divided by the number of all scores instead of rows": () => p.sub(one).div(5 * rows!),
        "the class numbers are subtracted as they are; they must become one-hot": () => p.sub(y.unsqueeze(1)).div(rows!),
        "1 is subtracted from every class; only the true one has probability 1": () => p.sub(1).div(rows!),
      },
    });
  }
}
}
// %% solution
{
function cross_entropy_backward(z: Tensor, y: Tensor) {
  z.g = z.softmax(1).sub(y.oneHot(z.shape[1]!)).div(z.shape[0]!);
}
}
// %% md id=momentum
// ## Momentum
//
// Plain descent: $w \leftarrow w - \eta g$. With momentum the steps roll on: $v \leftarrow \mu v + g$, then $w \leftarrow w - \eta v$. Change the weights in place, by `sub_`, or nobody else will see it.
// %% exercise id=e3 name=Momentum title="SGD with momentum"
class Momentum {
  v: Tensor;
  constructor(readonly w: Tensor, readonly lr: number, readonly mu: number) {
    this.v = zeros(...w.shape);
  }
  step() {
    this.w.sub_(this.w.g!.mul(this.lr));
  }
}
// %% hint
// v is a running sum of gradients that fades; the weights follow v, not the gradient.
// %% hint
// First $v \leftarrow \mu v + g$, then $w \leftarrow w - \eta v$.
// %% hint
// `this.v = this.v.mul(this.mu).add(this.w.g!); this.w.sub_(this.v.mul(this.lr));`
// %% check
{
const start = randn(6), target = randn(6);
const gradient = (w: Tensor) => w.sub(target);
const run = (step: (w: Tensor, v: Tensor) => readonly [Tensor, Tensor], steps: number) => {
  let [w, v] = [start, zeros(6)];
  for (let i = 0; i < steps; i++) [w, v] = step(w, v) as [Tensor, Tensor];
  return w;
};
for (const steps of [1, 20]) {
  const w = changeable(start.clone()), sgd = new Momentum(w, 0.05, 0.9);
  for (let i = 0; i < steps; i++) {
    w.g = gradient(w);
    sgd.step();
  }
  const plain = (mu: number, g: number, lr: number) => () => run((x, v) => { const n = v.mul(mu).add(gradient(x).mul(g)); return [x.sub(n.mul(lr)), n]; }, steps);
  equal(`the weights after ${steps} steps`, w, plain(0.9, 1, 0.05)(), {
    mistakes: {
      "the weights are not changed in place: use sub_": () => start,
      "momentum is left out": plain(0, 1, 0.05),
      "momentum is not faded: μ is 1": plain(1, 1, 0.05),
      "the gradient is multiplied by 1 − μ": plain(0.9, 0.1, 0.05),
      "the step goes uphill: subtract": plain(0.9, 1, -0.05),
      "the learning rate is left out": plain(0.9, 1, 1),
      "μ multiplies the new gradient too: v ← μ v + g": plain(0.9, 0.9, 0.05),
      "the old v is used, before the gradient was added": () => run((x, v) => [x.sub(v.mul(0.05)), v.mul(0.9).add(gradient(x))], steps),
    },
  });
}
}
// %% solution
{
class Momentum {
  v: Tensor;
  constructor(readonly w: Tensor, readonly lr: number, readonly mu: number) {
    this.v = zeros(...w.shape);
  }
  step() {
    this.v = this.v.mul(this.mu).add(this.w.g!);
    this.w.sub_(this.v.mul(this.lr));
  }
}
}
// %% md id=adam
// ## Adam
//
// Adam gives each weight a step of its own: the mean of its gradients, divided by the root of their mean square. Both means begin at 0, so early ones are too small; dividing by $1 - \beta^t$ makes up for it (t counts from 1).
//
// $$m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad s \leftarrow \beta_2 s + (1 - \beta_2) g^2, \quad w \leftarrow w - \eta \frac{m / (1 - \beta_1^t)}{\sqrt{s / (1 - \beta_2^t)} + \varepsilon}$$
// %% exercise id=e4 name=Adam title="Adam"
class Adam {
  m: Tensor;
  s: Tensor;
  t = 0;
  constructor(readonly w: Tensor, readonly lr = 0.01, readonly beta1 = 0.9, readonly beta2 = 0.999, readonly eps = 1e-8) {
    this.m = zeros(...w.shape);
    this.s = zeros(...w.shape);
  }
  step() {
    const g = this.w.g!;
    this.t++;
    this.w.sub_(g.mul(this.lr));
  }
}
// %% hint
// Two fading means, then two corrections, then one step.
// %% hint
// `this.m = this.m.mul(this.beta1).add(g.mul(1 - this.beta1))`, the same for s with `g.square()` and beta2.
// %% hint
// `const m = this.m.div(1 - this.beta1 ** this.t), s = this.s.div(1 - this.beta2 ** this.t); this.w.sub_(m.div(s.sqrt().add(this.eps)).mul(this.lr));`
// %% check
{
const start = randn(6), target = randn(6).mul(3);
const gradient = (w: Tensor) => w.sub(target);
type How = { correct1?: boolean; correct2?: boolean; root?: boolean; square?: boolean; sign?: number; late?: number; swap?: boolean; share?: number; divided?: boolean; mean?: boolean };
const run = (steps: number, { correct1 = true, correct2 = true, root = true, square = true, sign = 1, late = 0, swap = false, share = 0.1, divided = true, mean: follows = true }: How = {}) => {
  let [w, m, s] = [start, zeros(6), zeros(6)];
  const [b1, b2] = swap ? [0.999, 0.9] : [0.9, 0.999];
  for (let t = 1; t <= steps; t++) {
    const g = gradient(w);
    m = m.mul(b1).add(g.mul(swap ? 1 - b1 : share));
    s = s.mul(b2).add((square ? g.square() : g.abs()).mul(1 - b2));
    const mean = !follows ? g : correct1 ? m.div(1 - b1 ** (t + late)) : m, spread = correct2 ? s.div(1 - b2 ** (t + late)) : s;
    w = w.sub((divided ? mean.div((root ? spread.sqrt() : spread).add(1e-8)) : mean).mul(sign * 0.05));
  }
  return w;
};
for (const steps of [2, 20]) {
  const w = changeable(start.clone()), adam = new Adam(w, 0.05);
  for (let i = 0; i < steps; i++) {
    w.g = gradient(w);
    adam.step();
    if (adam.s.min().item() < 0) fail("s is negative somewhere, and has no root: it is a mean of squares, so g.square() goes into it.");
  }
  if (Number.isNaN(w.sum().item()) && adam.t === 0) fail("t stays 0, so 1 − βᵗ is 0 and everything is divided by it: count it up first, this.t++.");
  equal(`the weights after ${steps} steps`, w, run(steps), {
    mistakes: {
      "the weights are not changed in place: use sub_": () => start,
      "both corrections 1 − βᵗ are missing": () => run(steps, { correct1: false, correct2: false }),
      "the correction of m is missing": () => run(steps, { correct2: true, correct1: false }),
      "the correction of s is missing": () => run(steps, { correct1: true, correct2: false }),
      "the root of s is missing": () => run(steps, { root: false }),
      "the step goes uphill: subtract": () => run(steps, { sign: -1 }),
      "t counts one too far": () => run(steps, { late: 1 }),
      "the gradient goes into m without its factor 1 − β₁": () => run(steps, { share: 1 }),
      "it is not divided by the root of s: the mean of gradients alone is followed": () => run(steps, { divided: false }),
      "the gradient itself stands above the line where m, the mean of gradients, is due": () => run(steps, { mean: false }),
      "β₁ and β₂ are exchanged": () => run(steps, { swap: true }),
      "it is plain gradient descent": () => { let x = start; for (let i = 0; i < steps; i++) x = x.sub(gradient(x).mul(0.05)); return x; },
    },
  });
}
}
// %% solution
{
class Adam {
  m: Tensor;
  s: Tensor;
  t = 0;
  constructor(readonly w: Tensor, readonly lr = 0.01, readonly beta1 = 0.9, readonly beta2 = 0.999, readonly eps = 1e-8) {
    this.m = zeros(...w.shape);
    this.s = zeros(...w.shape);
  }
  step() {
    const g = this.w.g!;
    this.t++;
    this.m = this.m.mul(this.beta1).add(g.mul(1 - this.beta1));
    this.s = this.s.mul(this.beta2).add(g.square().mul(1 - this.beta2));
    const m = this.m.div(1 - this.beta1 ** this.t), s = this.s.div(1 - this.beta2 ** this.t);
    this.w.sub_(m.div(s.sqrt().add(this.eps)).mul(this.lr));
  }
}
}
// %% md id=digits
// ## Digits
//
// Everything together: one linear layer from 784 pixels to 10 scores, your gradient, your Adam. Nine in ten handwritten digits are recognised after a few dozen steps.
// %% exercise id=e5 name=learn_digits title="Over 90 % on MNIST"
function learn_digits(x: Tensor, y: Tensor) {
  const w = zeros(784, 10), b = zeros(10);
  // Some dozens of steps on all rows: scores, z.g, w.g and b.g, then a step of Adam for each.
  return [w, b];
}
// %% hint
// In each step: `const z = x.matmul(w).add(b)`, then `cross_entropy_backward(z, y)`, then the backward of a linear layer.
// %% hint
// Make `new Adam(w, 0.01)` and `new Adam(b, 0.01)` once, before the loop: they remember. 60 steps will do.
// %% hint
// `for (let i = 0; i < 60; i++) { const z = x.matmul(w).add(b); cross_entropy_backward(z, y); w.g = x.t().matmul(z.g!); b.g = z.g!.sum({ dim: 0 }); for_w.step(); for_b.step(); }`
// %% check
{
const { xTrain, yTrain, xValid, yValid } = data("mnist");
const learned = learn_digits(xTrain, yTrain);
if (!Array.isArray(learned) || learned.length !== 2) fail("learn_digits must return [w, b].");
const [w, b] = learned;
if (b!.shape.length === 2 && w!.shape.length === 1) fail("learn_digits returns [b, w]; [w, b] is expected.");
equal("the shape of w", w!.shape, [784, 10]);
equal("the shape of b", b!.shape, [10]);
const right = xValid.matmul(w!).add(b!).argmax({ dim: 1 }).eq(yValid).float().mean();
within("the share of validation digits that are recognised", right, 0.9, 1, {
  "as good as chance: nothing has been learned. Are the weights changed in place?": [0.05, 0.2],
  "worse than chance: does the step go uphill?": [0, 0.05],
  "it learns; more steps, or a learning rate of about 0.01": [0.2, 0.9],
});
}
// %% solution
{
function learn_digits(x: Tensor, y: Tensor) {
  const w = zeros(784, 10), b = zeros(10);
  const for_w = new Adam(w, 0.01), for_b = new Adam(b, 0.01);
  for (let i = 0; i < 60; i++) {
    const z = x.matmul(w).add(b);
    cross_entropy_backward(z, y);
    w.g = x.t().matmul(z.g!);
    b.g = z.g!.sum({ dim: 0 });
    for_w.step();
    for_b.step();
  }
  return [w, b];
}
}
