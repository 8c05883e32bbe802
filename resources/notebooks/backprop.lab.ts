// lab notebook 1 · title: Backpropagation from scratch · seed: 42 · threads: 2 · rows: 50000 · judge: backprop
// %% md id=m0
// From three plain loops to a backward pass over 50,000 images: every gradient is checked, and every number stands beside the original's. Run a cell with Ctrl+Enter (what it needs runs first), or all from the top. **Make it mine** gives you a copy to change: break a gradient and see what the checks say.
// %% code id=c0 title=Parameters
// Timed calls a pass; rows of a check against float64, and central differences a tensor that prove it.
const SAMPLES = 5, CHECK_ROWS = 256, DIFFERENCES = 20;
// %% md id=m1
// # Matrix multiplication
//
// The same product $C_{ij} = \sum_k A_{ik} B_{kj}$ in ever better ways: three loops, row · column, a row against all of B, einsum, the lab's kernel. The original's times are single shots in Python; these are medians after a warm-up, but for the first two. The three loops run in the notebook's own language, one multiplication after another. TORCH and @ are the same operation in the original, 200 times apart: its first call paid for loading, compiling and cold caches.
// %% code id=c1 in=1 title="A ladder of matrix multiplications"
const A = randn(100, 1000), B = randn(1000, 100);
const range = (n: number) => [...Array(n).keys()];

function basic(a: Tensor, b: Tensor) {
  const m = a.shape[0]!, k = a.shape[1]!, n = b.shape[1]!;
  const x = a.toArray(), y = b.toArray(), c = new Float32Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += x[i * k + p]! * y[p * n + j]!;
      c[i * n + j] = sum;
    }
  return tensor(c, [m, n]);
}
function elementwise(a: Tensor, b: Tensor) {
  const row = (i: number) => range(b.shape[1]!).map((j) => a.select(0, i).mul(b.select(1, j)).sum());
  return stack(range(a.shape[0]!).map((i) => stack(row(i))));
}
function broadcast(a: Tensor, b: Tensor) {
  return stack(range(a.shape[0]!).map((i) => a.select(0, i).unsqueeze(-1).mul(b).sum({ dim: 0 })));
}
const by_einsum = (a: Tensor, b: Tensor) => einsum("ik,kj->ij", a, b);

const right = matmul(A, B);
// Sums of a thousand float32 products in different orders: near zero they differ by a little more than 1e-5.
const same = (a: Tensor, b: Tensor) => assertClose(a, b, { rtol: 1e-3, atol: 1e-4 });
let product = right;
// Timed once: it takes seconds.
const basic_time = time(() => (product = basic(A, B)), { samples: 1 });
same(product, right);
const elementwise_time = time(() => (product = elementwise(A, B)), { samples: 1 });
same(product, right);
same(broadcast(A, B), right);
same(by_einsum(A, B), right);
show({
  basic: basic_time,
  elementwise: elementwise_time,
  broadcast: time(() => broadcast(A, B)),
  einsum: time(() => by_einsum(A, B)),
  matmul: time(() => matmul(A, B)),
  verified: true,
});
// %% md id=m2
// # Data
//
// The 60,000 training images of MNIST: the first 50,000 for training, the next 10,000 for validation. The original's pickle held pixels divided by 256, not 255: only so its mean and standard deviation come out; with 255 they would be 0.13096 and 0.30850. Nothing here is random, so they must agree in every printed digit.
// %% code id=c2 in=2 title="Nothing to import"
const EPSILON = 1e-3;
// %% code id=c3 in=3 title="Load MNIST"
const mnist = data("mnist");
const y_train = mnist.yTrain, y_valid = mnist.yValid;
show({ trainRows: mnist.xTrain.shape[0]!, trainColumns: mnist.xTrain.shape[1]!, validRows: mnist.xValid.shape[0]!, validColumns: mnist.xValid.shape[1]! });
// %% code id=c4 in=4
function normalize(data: Tensor, mean: Tensor, std: Tensor) {
  return data.sub(mean).div(std);
}
// %% code id=c5 in=5 title="Mean and standard deviation"
const train_mean = mnist.xTrain.mean(), train_std = mnist.xTrain.std();
show({ trainMean: train_mean, trainStd: train_std });
// %% md id=m6
// Both sets are normalised with the *training* set's numbers, because at the time of prediction there is no second set to measure. So the validation set's own mean and standard deviation stay a little off 0 and 1.
// %% code id=c6 in=6 title=Normalise
const x_train = normalize(mnist.xTrain, train_mean, train_std);
const x_valid = normalize(mnist.xValid, train_mean, train_std);
// %% code id=c7 in=7
const normalized_mean = x_train.mean(), normalized_std = x_train.std();
assert(normalized_mean.abs().item() < EPSILON, "|mean| < 0.001");
assert(normalized_std.sub(1).abs().item() < EPSILON, "|std − 1| < 0.001");
show({ trainMean: normalized_mean, trainStd: normalized_std, validMean: x_valid.mean(), validStd: x_valid.std() });
// %% md id=m8
// # Basic architecture with one hidden layer
//
// $W_1 \sim \mathcal N(0, 1)/\sqrt{784} \qquad W_2 \sim \mathcal N(0, 1)/\sqrt{50}$
//
// With inputs of mean 0 and standard deviation 1, dividing by √n keeps the standard deviation of $x W$ at 1, before the relu cuts it.
// %% code id=c8 in=8 title="Weights scaled by 1/√n"
const num_hidden = 50, num_inputs = 784;
let w1 = randn(num_inputs, num_hidden).div(Math.sqrt(num_inputs));
let b1 = zeros(num_hidden);
let w2 = randn(num_hidden, 1).div(Math.sqrt(num_hidden));
let b2 = zeros(1);
const first_draw = w1;
show({ w1Std: w1.std(), w2Std: w2.std() });
// %% code id=c9 in=9
function linear_layer(X: Tensor, w: Tensor, b: Tensor) {
  return X.matmul(w).add(b);
}
// %% code id=c10 in=10
function relu(x: Tensor) {
  return x.clampMin(0);
}
// %% code id=c11 in=11
let first_lay = relu(linear_layer(x_valid, w1, b1));
// %% code id=c12 in=12 title="First layer with relu"
const plain_mean = first_lay.mean(), plain_std = first_lay.std();
show({ mean: plain_mean, std: plain_std });
// %% md id=m13
// It is bad to have the standard deviation shrink at every layer: after ten layers nothing would be left of the signal. The relu throws half of it away, and 1/√n does not make up for that. Another initialisation of the weights solves it.
//
// # Kaiming initialisation
//
// $W \sim \mathcal N(0, 1)\cdot\sqrt{2/n_{\text{in}}}$ makes up for the half that the relu cuts (He, Zhang, Ren and Sun, 2015): relu halves the second moment of a symmetric signal, so doubling the variance of the weights keeps it the same from layer to layer.
// %% code id=c13 in=13 title="Weights scaled by √(2/n)"
w1 = randn(num_inputs, num_hidden).mul(Math.sqrt(2 / num_inputs));
b1 = zeros(num_hidden);
w2 = randn(num_hidden, 1).mul(Math.sqrt(2 / num_hidden));
b2 = zeros(1);
show({ w1Std: w1.std(), w2Std: w2.std() });
// %% code id=c14 in=14
first_lay = relu(linear_layer(x_valid, w1, b1));
// %% code id=c15 in=15 title="First layer, Kaiming"
// The very draw of cell 8, times √2: relu commutes with positive factors, so everything is √2 times as large.
const same_draw = relu(linear_layer(x_valid, first_draw.mul(Math.SQRT2), b1));
show({
  mean: first_lay.mean(),
  std: first_lay.std(),
  sameDrawMeanRatio: same_draw.mean().div(plain_mean),
  sameDrawStdRatio: same_draw.std().div(plain_std),
});
// %% md id=m16
// Compared with torch's own initialiser. PyTorch's Linear stores its weight as (out, in); here it is (in, out), so what torch calls fan_out is our number of inputs: standard deviation 0.0505, as above. With fan_in torch would take 50 and give 0.2, and the activations would explode.
// %% code id=c16 in=16 title="Compared with the library's initialiser"
const by_fan_in = zeros(num_inputs, num_hidden);
nn.init.kaimingNormal_(by_fan_in, { mode: "fanIn" });
nn.init.kaimingNormal_(w1, { mode: "fanOut" });
let first_lay_kaim = relu(linear_layer(x_valid, w1, b1));
const kaiming_mean = first_lay_kaim.mean(), kaiming_std = first_lay_kaim.std();
show({ mean: kaiming_mean, std: kaiming_std, w1Std: w1.std(), fanInStd: by_fan_in.std() });
// %% md id=m17
// Seems right. The mean is still about 0.5, because a relu is never negative. What if a new relu subtracted 0.5? That moves the mean by exactly 0.5 and leaves the standard deviation alone.
// %% code id=c17 in=17
function relu(x: Tensor) {
  return x.clampMin(0).sub(0.5);
}
// %% code id=c18 in=18 title="A relu that subtracts 0.5"
first_lay_kaim = relu(linear_layer(x_valid, w1, b1));
show({
  mean: first_lay_kaim.mean(),
  std: first_lay_kaim.std(),
  meanDrop: kaiming_mean.sub(first_lay_kaim.mean()),
  stdChange: first_lay_kaim.std().sub(kaiming_std),
});
// %% md id=m19
// # Model and loss
//
// $\hat y = \operatorname{relu}(x W_1 + b_1) W_2 + b_2$
//
// One output unit: the network is asked to say the digit as a number. That is a poor way to classify, and a simple way to have a loss.
// %% code id=c19 in=19
function model(x: Tensor) {
  let X = linear_layer(x, w1, b1);
  X = relu(X);
  X = linear_layer(X, w2, b2);
  return X;
}
// %% code id=c20 in=20 title="The model"
const [rows, columns] = model(x_valid).shape;
assert(rows === x_valid.shape[0] && columns === 1, "one number an image");
show({ rows: rows!, columns: columns! });
// %% md id=m21
// $L = \frac{1}{n}\sum_i (\hat y_i - y_i)^2$
//
// The mean squared error does not suit the classification of many classes, but it is easy to write. Without `squeeze(1)` the (50000, 1) predictions and the (50000,) labels would broadcast to 50,000 × 50,000, 10 GB, and the mean of that is a wrong loss that looks like a right one. The labels run from 0 to 9 with mean square 28, so an untrained network near zero has a loss around 28.
// %% code id=c21 in=21
function mse(y_pred: Tensor, y_true: Tensor) {
  return y_pred.squeeze(1).sub(y_true).pow(2).mean();
}
// %% code id=c22 in=22 title="Predictions on the training set"
const preds = model(x_train);
show({ predRows: preds.shape[0]!, predColumns: preds.shape[1]!, targetRows: y_train.shape[0]! });
// %% code id=c23 in=23 title="Mean squared error"
show({ loss: mse(preds, y_train) });
// %% md id=m24
// # Backward pass
//
// $\partial L/\partial \hat y_i = \frac{2}{n}(\hat y_i - y_i)$
//
// The gradient of a tensor has the tensor's shape. The 1/n of the mean stays: every later gradient carries it along, which is why the entries of `x.g` are so small.
// %% code id=c24 in=24
function mse_backwards(inp: Tensor, out: Tensor) {
  inp.g = inp.squeeze(1).sub(out).unsqueeze(-1).mul(2 / inp.shape[0]!);
}
// %% code id=c25 in=25 title="Gradient of the loss"
mse_backwards(preds, y_train);
show({ rows: preds.g!.shape[0]!, columns: preds.g!.shape[1]! });
// %% md id=m26
// $dx = dy\,W^\top \qquad dW = \sum_n x_n \otimes dy_n \qquad db = \sum_n dy_n$
//
// The outer product of every row is formed before they are summed: for the first layer 50000 × 784 × 50 float32, 7.84 GB. Here the rows go in chunks, so that it fits into memory; the number of operations stays, and that is what makes it slow.
// %% code id=c26 in=26
function linear_layer_backwards(inp: Tensor, out: Tensor, w: Tensor, b: Tensor) {
  inp.g = out.g!.matmul(w.t());
  w.g = inp.unsqueeze(-1).mul(out.g!.unsqueeze(1)).sum({ dim: 0 });
  b.g = out.g!.sum({ dim: 0 });
}
// %% code id=c27 in=27
function relu_backwards(inp: Tensor, out: Tensor) {
  inp.g = inp.gt(0).float().mul(out.g!);
}
// %% code id=c28 in=28
function forward_and_backward(inp: Tensor, targ: Tensor) {
  const l1 = inp.matmul(w1).add(b1);
  const l2 = relu(l1);
  const out = l2.matmul(w2).add(b2);
  const loss = mse(out, targ);

  mse_backwards(out, targ);
  linear_layer_backwards(l2, out, w2, b2);
  relu_backwards(l1, l2);
  linear_layer_backwards(inp, l1, w1, b1);
  return loss;
}
// %% code id=c29 in=29 title="Forward and backward as functions"
show({
  loss: forward_and_backward(x_train, y_train),
  outerProductBytes: x_train.shape[0]! * num_inputs * num_hidden * 4,
});
// %% md id=m30
// Kept, to compare with autograd.
// %% code id=c30 in=30
const w1g = w1.g!.clone(), b1g = b1.g!.clone(), w2g = w2.g!.clone(), b2g = b2.g!.clone(), inpg = x_train.g!.clone();
// %% code id=c31 in=31
const again = (t: Tensor) => t.clone().requiresGrad_();
const xt2 = again(x_train), w12 = again(w1), b12 = again(b1), w22 = again(w2), b22 = again(b2);
// %% code id=c32 in=32
function forward(inp: Tensor, targ: Tensor) {
  const l1 = inp.matmul(w12).add(b12);
  const l2 = relu(l1);
  const l3 = l2.matmul(w22).add(b22);
  return mse(l3, targ);
}
// %% code id=c33 in=33
let loss = forward(xt2, y_train);
// %% code id=c34 in=34
loss.backward();
// %% code id=c35 in=35
const near_enough = (a: Tensor, b: Tensor) => assertClose(a, b, { rtol: 1e-3, atol: 1e-5 });
// %% code id=c36 in=36 title="Check the five gradients of the functions"
near_enough(xt2.grad!, inpg);
near_enough(w12.grad!, w1g);
near_enough(b12.grad!, b1g);
near_enough(w22.grad!, w2g);
near_enough(b22.grad!, b2g);
show({ passed: 5, loss, referenceLoss: mse(model(x_train), y_train) });
// %% md id=m36
// All gradients agree with autograd. That comparison is weak for `x.g`: three quarters of its entries are smaller than atol. So the lab also computes your own forward pass in float64, and judges each gradient by ‖a − b‖ / ‖b‖.
// %% code id=c36b title="The functions against float64"
const xs = x_train.slice(0, CHECK_ROWS), ys = y_train.slice(0, CHECK_ROWS);
check(() => forward_and_backward(xs, ys), { xs, w1, b1, w2, b2 }, { differences: DIFFERENCES });
// %% md id=m37
// # Layers become classes
//
// Objects that keep what the backward pass needs: the bookkeeping moves from the programmer's head into the layer.
// %% code id=c37 in=37
class Relu {
  inp!: Tensor;
  out!: Tensor;
  call(inp: Tensor) {
    this.inp = inp;
    this.out = inp.clampMin(0).sub(0.5);
    return this.out;
  }
  backward() {
    this.inp.g = this.inp.gt(0).float().mul(this.out.g!);
  }
}
// %% code id=c38 in=38
class Linear_layer {
  inp!: Tensor;
  out!: Tensor;
  constructor(readonly w: Tensor, readonly b: Tensor) {}
  call(inp: Tensor) {
    this.inp = inp;
    this.out = inp.matmul(this.w).add(this.b);
    return this.out;
  }
  backward() {
    this.inp.g = this.out.g!.matmul(this.w.t());
    this.w.g = this.inp.unsqueeze(-1).mul(this.out.g!.unsqueeze(1)).sum({ dim: 0 });
    this.b.g = this.out.g!.sum({ dim: 0 });
  }
}
// %% code id=c39 in=39
class MSE {
  inp!: Tensor;
  targ!: Tensor;
  call(inp: Tensor, targ: Tensor) {
    this.inp = inp;
    this.targ = targ;
    return inp.squeeze(-1).sub(targ).pow(2).mean();
  }
  backward() {
    this.inp.g = this.inp.squeeze(-1).sub(this.targ).unsqueeze(-1).mul(2 / this.inp.shape[0]!);
  }
}
// %% code id=c40 in=40
class Model {
  layers = [new Linear_layer(w1, b1), new Relu(), new Linear_layer(w2, b2)];
  loss = new MSE();
  call(x: Tensor, y: Tensor) {
    for (const lay of this.layers) x = lay.call(x);
    return this.loss.call(x, y);
  }
  backward() {
    this.loss.backward();
    for (const lay of [...this.layers].reverse()) lay.backward();
  }
}
// %% code id=c41 in=41
// Reset gradients
w1.g = b1.g = w2.g = b2.g = null;
const classes = new Model();
// %% code id=c42 in=42 title="Layer classes, forward"
const classes_forward = time(() => {
  loss = classes.call(x_train, y_train);
}, { samples: SAMPLES });
show({ forwardMs: classes_forward, loss });
// %% code id=c43 in=43 title="Layer classes, backward"
const classes_backward = time(() => classes.backward(), { samples: SAMPLES });
show({ backwardMs: classes_backward });
// %% code id=c44 in=44 title="Check the five gradients of the layer classes"
near_enough(x_train.g!, inpg);
near_enough(w1.g!, w1g);
near_enough(b1.g!, b1g);
near_enough(w2.g!, w2g);
near_enough(b2.g!, b2g);
show({ passed: 5 });
// %% code id=c44b title="The layer classes against float64"
check(() => {
  const value = classes.call(xs, ys);
  classes.backward();
  return value;
}, { xs, w1, b1, w2, b2 }, { differences: DIFFERENCES });
// %% md id=m54
// Seems good, but it hurts the DRY (don't repeat yourself) principle too much.
//
// # A Module base class
//
// What all layers did the same way moves into one class; the layers hold only their mathematics.
// %% code id=c54 in=54
abstract class Module {
  args: Tensor[] = [];
  out!: Tensor;
  call(...args: Tensor[]) {
    this.args = args;
    this.out = this.forward(...args);
    return this.out;
  }
  abstract forward(...args: Tensor[]): Tensor;
  abstract bwd(out: Tensor, ...args: Tensor[]): void;
  backward() {
    this.bwd(this.out, ...this.args);
  }
}
// %% code id=c55 in=55
class Relu extends Module {
  forward(inp: Tensor) {
    return inp.clampMin(0).sub(0.5);
  }
  bwd(out: Tensor, inp: Tensor) {
    inp.g = inp.gt(0).float().mul(out.g!);
  }
}
// %% code id=c56 in=56
class Linear_layer extends Module {
  constructor(readonly w: Tensor, readonly b: Tensor) {
    super();
  }
  forward(inp: Tensor) {
    return inp.matmul(this.w).add(this.b);
  }
  bwd(out: Tensor, inp: Tensor) {
    inp.g = out.g!.matmul(this.w.t());
    this.w.g = inp.t().matmul(out.g!);
    this.b.g = out.g!.sum({ dim: 0 });
  }
}
// %% code id=c57 in=57
class MSE extends Module {
  forward(inp: Tensor, targ: Tensor) {
    return inp.squeeze(1).sub(targ).pow(2).mean();
  }
  bwd(out: Tensor, inp: Tensor, targ: Tensor) {
    inp.g = inp.squeeze(1).sub(targ).unsqueeze(-1).mul(2 / targ.shape[0]!);
  }
}
// %% code id=c58 in=58
class Model {
  layers: Module[] = [new Linear_layer(w1, b1), new Relu(), new Linear_layer(w2, b2)];
  loss = new MSE();
  call(x: Tensor, targ: Tensor) {
    for (const layer of this.layers) x = layer.call(x);
    return this.loss.call(x, targ);
  }
  backward() {
    this.loss.backward();
    for (const layer of [...this.layers].reverse()) layer.backward();
  }
}
// %% code id=c62 in=62
// Reset gradients
w1.g = b1.g = w2.g = b2.g = null;
const modules = new Model();
// %% code id=c63 in=63 title="Module, forward"
const modules_forward = time(() => {
  loss = modules.call(x_train, y_train);
}, { samples: SAMPLES });
show({ forwardMs: modules_forward, loss });
// %% code id=c64 in=64 title="Module, backward"
// The weights' gradient is one product now instead of a sum of outer products: the same numbers in another order. A
// product adds each outer product into the result while it is in a register and never writes it to memory.
const modules_backward = time(() => modules.backward(), { samples: SAMPLES });
show({ backwardMs: modules_backward, speedup: classes_backward.medianMs / modules_backward.medianMs });
// %% code id=c65 in=65 title="Check the five gradients of the Module"
near_enough(x_train.g!, inpg);
near_enough(w1.g!, w1g);
near_enough(b1.g!, b1g);
near_enough(w2.g!, w2g);
near_enough(b2.g!, b2g);
show({ passed: 5 });
// %% code id=c65b title="The Module against float64"
check(() => {
  const value = modules.call(xs, ys);
  modules.backward();
  return value;
}, { xs, w1, b1, w2, b2 }, { differences: DIFFERENCES });
// %% md id=m66
// # Letting the framework do it
//
// `nn.Module`, `nn.Linear` and `nn.ReLU`, with the framework's default initialisation; a tape records every operation, and walking it backwards is the chain rule. The original keeps its layers in a plain list: torch would not find their parameters there, and an optimiser would train nothing.
// %% code id=c76 in=76
function mse(y_pred: Tensor, y_true: Tensor) {
  return y_pred.squeeze(1).sub(y_true).pow(2).mean();
}
// %% code id=c81 in=81
class Model extends nn.Module {
  layers: nn.Module[];
  loss = mse;
  constructor(n_in: number, n_hid: number, n_out: number) {
    super();
    this.layers = [new nn.Linear(n_in, n_hid), new nn.ReLU(), new nn.Linear(n_hid, n_out)];
  }
  forward(x: Tensor, y: Tensor) {
    for (const layer of this.layers) x = layer.call(x);
    return this.loss(x, y);
  }
}
// %% code id=c82 in=82
const m = x_train.shape[1]!, nh = 50;
// %% code id=c83 in=83
const auto = new Model(m, nh, 1);
// %% code id=c84 in=84 title="Linear, ReLU and a tape, forward"
const auto_forward = time(() => {
  loss = auto.call(x_train, y_train);
}, { samples: SAMPLES });
show({ forwardMs: auto_forward, loss });
// %% code id=c86 in=86 title=loss.backward()
const auto_backward = time(() => loss.backward(), { samples: SAMPLES });
// The original checks nothing here.
const xa = xs.clone().requiresGrad_();
const [first, , last] = auto.layers as [nn.Linear, nn.ReLU, nn.Linear];
const of = { x: xa, w1: first.weight, b1: first.bias, w2: last.weight, b2: last.bias };
const report = check(() => {
  auto.zeroGrad();
  const value = auto.call(xa, ys);
  value.backward();
  for (const one of Object.values(of)) one.g = one.grad;
  return value;
}, of, { differences: DIFFERENCES });
show({
  backwardMs: auto_backward,
  passed: report.gradients.filter(({ verdict }) => verdict === "right").length,
  worstRelNorm: Math.max(...report.gradients.map(({ relNorm }) => relNorm)),
});
