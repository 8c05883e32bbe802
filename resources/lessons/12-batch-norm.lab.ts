// lab notebook 1 · title: 12. Batch norm · seed: 42 · threads: 2 · rows: 1000
// %% md id=intro
// # Batch norm
//
// Lesson 3 chose the weights so that signals keep their size. Batch norm *makes* them keep it: every column of a layer's output is normalised over the rows of the batch, then scaled and moved by two learned rows, γ and β.
//
// $$\hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad y = \gamma \hat x + \beta, \qquad \mu = \frac 1 n \sum_i x_i, \quad \sigma^2 = \frac 1 n \sum_i (x_i - \mu)^2$$
//
// Its backward pass is the finest test of the chain rule: x is used three times, by itself, in μ and in σ².
// %% exercise id=e1 name=bn_forward title="Forward"
function bn_forward(x: Tensor, gamma: Tensor, beta: Tensor, eps = 1e-5) {
  return x;
}
// %% hint
// Mean and variance of each column, then normalise, then scale and move.
// %% hint
// The variance has 1/n here, not 1/(n − 1): `x.variance({ dim: 0, correction: 0 })` or the mean of squares.
// %% hint
// `const d = x.sub(x.mean({ dim: 0 })); return d.div(d.square().mean({ dim: 0 }).add(eps).sqrt()).mul(gamma).add(beta);`
// %% check
{
for (const [rows, columns] of [[7, 3], [4, 4]]) {
  const x = randn(rows!, columns!).mul(2).add(1), gamma = rand(columns!).add(0.5), beta = randn(columns!);
  const hat = () => { const d = x.sub(x.mean({ dim: 0 })); return d.div(d.square().mean({ dim: 0 }).add(1e-5).sqrt()); };
  const d = () => x.sub(x.mean({ dim: 0 }));
  equal(`bn_forward of (${rows}, ${columns})`, bn_forward(x, gamma, beta), () => hat().mul(gamma).add(beta), {
    mistakes: {
      "the variance is divided by n − 1 instead of n": () => d().div(x.variance({ dim: 0 }).add(1e-5).sqrt()).mul(gamma).add(beta),
      "mean and variance are those of the rows (dim 1)": () => { const r = x.sub(x.mean({ dim: 1, keepdim: true })); return r.div(r.square().mean({ dim: 1, keepdim: true }).add(1e-5).sqrt()).mul(gamma).add(beta); },
      "it is divided by the variance, without the root": () => d().div(d().square().mean({ dim: 0 }).add(1e-5)).mul(gamma).add(beta),
      "γ and β are left out": hat,
      "β is left out": () => hat().mul(gamma),
      "γ is left out": () => hat().add(beta),
      "each row's own mean is subtracted (dim 1); columns are normalised": () => { const r = x.sub(x.mean({ dim: 1, keepdim: true })); return r.div(r.square().mean({ dim: 0 }).add(1e-5).sqrt()).mul(gamma).add(beta); },
      "the mean of the whole tensor is subtracted; each column has its own": () => { const r = x.sub(x.mean()); return r.div(r.square().mean({ dim: 0 }).add(1e-5).sqrt()).mul(gamma).add(beta); },
      "the mean is not subtracted, not in the variance either": () => x.div(x.square().mean({ dim: 0 }).add(1e-5).sqrt()).mul(gamma).add(beta),
      "the variance is the mean of x², without the mean subtracted": () => d().div(x.square().mean({ dim: 0 }).add(1e-5).sqrt()).mul(gamma).add(beta),
      "γ and β are exchanged": () => hat().mul(beta).add(gamma),
      "the mean is not subtracted": () => x.div(d().square().mean({ dim: 0 }).add(1e-5).sqrt()).mul(gamma).add(beta),
      "β is added before γ multiplies": () => hat().add(beta).mul(gamma),
    },
  });
}
const flat = ones(4, 2), scale = rand(2).add(0.5), moved = randn(2);
if (Number.isNaN(bn_forward(flat, scale, moved).sum().item())) {
  fail("Where all numbers of a column are equal it gives NaN: its variance is 0, and ε, which keeps from dividing by 0, is left out.");
}
equal("bn_forward where all numbers of a column are equal", bn_forward(flat, scale, moved), moved.expand(4, 2));
}
// %% solution
{
function bn_forward(x: Tensor, gamma: Tensor, beta: Tensor, eps = 1e-5) {
  const d = x.sub(x.mean({ dim: 0 }));
  return d.div(d.square().mean({ dim: 0 }).add(eps).sqrt()).mul(gamma).add(beta);
}
}
// %% md id=backward
// ## Backward
//
// Let $h = \gamma \cdot g$ be the gradient at $\hat x$. Three paths lead back to x: directly, through the mean, through the variance. Together:
//
// $$\frac{\partial L}{\partial x} = \frac{1}{\sqrt{\sigma^2 + \varepsilon}} \left( h - \frac 1 n \sum_i h_i - \hat x \cdot \frac 1 n \sum_i h_i \hat x_i \right)$$
//
// The second term is the mean's path, the third the variance's. Without them the network learns *something*, which is the worst kind of mistake.
// %% exercise id=e2 name=bn_backward title="Backward, all three paths"
function bn_backward(x: Tensor, out: Tensor, gamma: Tensor, beta: Tensor, eps = 1e-5) {
  const d = x.sub(x.mean({ dim: 0 })), inverse = d.square().mean({ dim: 0 }).add(eps).rsqrt(), hat = d.mul(inverse);
  const h = out.g!.mul(gamma);
  beta.g = out.g!.sum({ dim: 0 });
  gamma.g = out.g!.mul(hat).sum({ dim: 0 });
  x.g = h.mul(inverse);
}
// %% hint
// The starter takes the direct path only. The mean of h over the rows is one more term, the mean of h · x̂ another.
// %% hint
// Both means go over dim 0 and have shape (columns); broadcasting does the rest.
// %% hint
// `x.g = h.sub(h.mean({ dim: 0 })).sub(hat.mul(h.mul(hat).mean({ dim: 0 }))).mul(inverse)`
// %% check
{
const layer = {
  gamma: rand(3).add(0.5),
  beta: randn(3),
  forward: (x: Tensor) => bn_forward(x, layer.gamma, layer.beta),
  backward: (out: Tensor, x: Tensor) => bn_backward(x, out, layer.gamma, layer.beta),
};
const x = randn(7, 3).mul(2).add(1), out = bn_forward(x, layer.gamma, layer.beta);
out.g = randn(7, 3);
bn_backward(x, out, layer.gamma, layer.beta);
const parts = () => {
  const d = x.sub(x.mean({ dim: 0 })), inverse = d.square().mean({ dim: 0 }).add(1e-5).rsqrt(), hat = d.mul(inverse), h = out.g!.mul(layer.gamma);
  return { inverse, hat, h, mean: h.mean({ dim: 0 }), spread: hat.mul(h.mul(hat).mean({ dim: 0 })), d };
};
const right = () => { const { h, mean, spread, inverse } = parts(); return h.sub(mean).sub(spread).mul(inverse); };
equal("beta.g", layer.beta.g, () => out.g!.sum({ dim: 0 }), { mistakes: { "the mean over rows is taken instead of the sum": () => out.g!.mean({ dim: 0 }) } });
equal("gamma.g", layer.gamma.g, () => out.g!.mul(parts().hat).sum({ dim: 0 }), { mistakes: { "x is taken instead of x̂": () => out.g!.mul(x).sum({ dim: 0 }), "it is not divided by the standard deviation: x̂ is due": () => out.g!.mul(parts().d).sum({ dim: 0 }), "γ multiplies the incoming gradient; here out.g itself is due": () => parts().h.mul(parts().hat).sum({ dim: 0 }), "the mean over rows is taken instead of the sum": () => out.g!.mul(parts().hat).mean({ dim: 0 }) } });
equal("x.g", x.g, right, {
  mistakes: {
    "the paths through mean and variance are missing": () => parts().h.mul(parts().inverse),
    "the path through the variance is missing": () => { const { h, mean, inverse } = parts(); return h.sub(mean).mul(inverse); },
    "the path through the mean is missing": () => { const { h, spread, inverse } = parts(); return h.sub(spread).mul(inverse); },
    "the incoming gradient is not multiplied by γ": () => right().div(layer.gamma),
    "it is not divided by the standard deviation": () => { const { h, mean, spread } = parts(); return h.sub(mean).sub(spread); },
    "x is taken instead of x̂ in the variance's path": () => { const { h, mean, hat, inverse } = parts(); return h.sub(mean).sub(x.mul(h.mul(hat).mean({ dim: 0 }))).mul(inverse); },
    "the sums are taken instead of the means": () => { const { h, hat, inverse } = parts(); return h.sub(h.sum({ dim: 0 })).sub(hat.mul(h.mul(hat).sum({ dim: 0 }))).mul(inverse); },
    "the mean's path takes the sum of h instead of its mean": () => { const { h, spread, inverse } = parts(); return h.sub(h.sum({ dim: 0 })).sub(spread).mul(inverse); },
    "the variance's path takes the sum of h · x̂ instead of its mean": () => { const { h, hat, mean, inverse } = parts(); return h.sub(mean).sub(hat.mul(h.mul(hat).sum({ dim: 0 }))).mul(inverse); },
    "the variance's path lacks its factor x̂": () => { const { h, hat, mean, inverse } = parts(); return h.sub(mean).sub(h.mul(hat).mean({ dim: 0 })).mul(inverse); },
    "the terms are added instead of subtracted": () => { const { h, mean, spread, inverse } = parts(); return h.add(mean).add(spread).mul(inverse); },
  },
});
checkLayer(layer, { x: randn(9, 3) });
}
// %% solution
{
function bn_backward(x: Tensor, out: Tensor, gamma: Tensor, beta: Tensor, eps = 1e-5) {
  const d = x.sub(x.mean({ dim: 0 })), inverse = d.square().mean({ dim: 0 }).add(eps).rsqrt(), hat = d.mul(inverse);
  const h = out.g!.mul(gamma);
  beta.g = out.g!.sum({ dim: 0 });
  gamma.g = out.g!.mul(hat).sum({ dim: 0 });
  x.g = h.sub(h.mean({ dim: 0 })).sub(hat.mul(h.mul(hat).mean({ dim: 0 }))).mul(inverse);
}
}
// %% md id=running
// ## One image alone
//
// When a single image is to be judged there is no batch to take a mean of. So while it trains the layer keeps running averages, and uses them in evaluation:
//
// $$\mu_{\text{run}} \leftarrow (1 - m)\, \mu_{\text{run}} + m\, \mu$$
//
// The same for the variance; here both with 1/n, and m = 0.1.
// %% exercise id=e3 name=RunningNorm title="Running averages"
class RunningNorm {
  training = true;
  mean: Tensor;
  variance: Tensor;
  constructor(columns: number, readonly momentum = 0.1) {
    this.mean = zeros(columns);
    this.variance = ones(columns);
  }
  forward(x: Tensor, eps = 1e-5) {
    const mean = x.mean({ dim: 0 }), variance = x.sub(mean).square().mean({ dim: 0 });
    // In training: update this.mean and this.variance. In evaluation: use them.
    return x.sub(mean).div(variance.add(eps).sqrt());
  }
}
// %% hint
// Two cases, by `this.training`. In training the batch's own numbers normalise; the running ones are only updated.
// %% hint
// `this.mean = this.mean.mul(1 - this.momentum).add(mean.mul(this.momentum))`; in evaluation `x.sub(this.mean).div(this.variance.add(eps).sqrt())`.
// %% hint
// `if (!this.training) return x.sub(this.mean).div(this.variance.add(eps).sqrt());` first, then the two updates, then the line that is there.
// %% check
{
const layer = new RunningNorm(3), batches = [1, 2, 3].map((k) => randn(8, 3).mul(k).add(k));
const stats = batches.map((x) => { const mean = x.mean({ dim: 0 }); return { mean, variance: x.sub(mean).square().mean({ dim: 0 }), x }; });
const running = (first: Tensor, of: (k: number) => Tensor, keep = 0.9) => [0, 1, 2].reduce((all, k) => all.mul(keep).add(of(k).mul(1 - keep)), first);
for (const { x, mean, variance } of stats) {
  equal("forward in training", layer.forward(x), x.sub(mean).div(variance.add(1e-5).sqrt()), { mistakes: { "the running averages are used in training already": () => x.div(Math.sqrt(1 + 1e-5)) } });
}
const mean = (k: number) => stats[k]!.mean, variance = (k: number) => stats[k]!.variance;
equal("the running mean after three batches", layer.mean, running(zeros(3), mean), {
  mistakes: {
    "it is not updated": () => zeros(3),
    "old and new are exchanged: the old one keeps 1 − m = 0.9": () => running(zeros(3), mean, 0.1),
    "only the last batch counts": () => mean(2),
    "the new mean is added without the factor m": () => [0, 1, 2].reduce((all, k) => all.mul(0.9).add(mean(k)), zeros(3)),
  },
});
equal("the running variance after three batches", layer.variance, running(ones(3), variance), {
  mistakes: {
    "it is not updated": () => ones(3),
    "it begins at 0; it begins at 1": () => running(zeros(3), variance),
    "standard deviations are averaged instead of variances": () => running(ones(3), (k) => variance(k).sqrt()),
    "old and new are exchanged: the old one keeps 1 − m = 0.9": () => running(ones(3), variance, 0.1),
  },
});
layer.training = false;
const one = randn(1, 3), kept = layer.mean.clone();
equal("forward of one row in evaluation", layer.forward(one), () => one.sub(kept).div(layer.variance.add(1e-5).sqrt()), {
  mistakes: { "it is not divided by the root of the running variance": () => one.sub(kept), "it is divided by the running variance, without the root": () => one.sub(kept).div(layer.variance), "the row's own mean is subtracted: in evaluation the running averages are due": () => zeros(1, 3) },
});
equal("the running mean after an evaluation", layer.mean, kept, { mistakes: { "it is updated in evaluation too": () => kept.mul(0.9).add(one.mean({ dim: 0 }).mul(0.1)) } });
}
// %% solution
{
class RunningNorm {
  training = true;
  mean: Tensor;
  variance: Tensor;
  constructor(columns: number, readonly momentum = 0.1) {
    this.mean = zeros(columns);
    this.variance = ones(columns);
  }
  forward(x: Tensor, eps = 1e-5) {
    if (!this.training) return x.sub(this.mean).div(this.variance.add(eps).sqrt());
    const mean = x.mean({ dim: 0 }), variance = x.sub(mean).square().mean({ dim: 0 });
    this.mean = this.mean.mul(1 - this.momentum).add(mean.mul(this.momentum));
    this.variance = this.variance.mul(1 - this.momentum).add(variance.mul(this.momentum));
    return x.sub(mean).div(variance.add(eps).sqrt());
  }
}
}
