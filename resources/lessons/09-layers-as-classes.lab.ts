// lab notebook 1 · title: 9. Layers as classes · seed: 42 · threads: 2 · rows: 1000
// %% md id=intro
// # Layers as classes
//
// A layer that remembers its input and output can go backwards without being told anything. Then a model is a list of layers, and its backward pass is the same list the other way round.
// %% exercise id=e1 name=Linear title="A linear layer that remembers"
class Linear {
  x!: Tensor;
  out!: Tensor;
  constructor(readonly w: Tensor, readonly b: Tensor) {}
  forward(x: Tensor) {
    this.x = x;
    return (this.out = x.matmul(this.w).add(this.b));
  }
  backward() {
    // this.out.g is there; set this.x.g, this.w.g and this.b.g.
  }
}
// %% hint
// It is lesson 6 with `this.` in front.
// %% hint
// $x.g = g W^{\mathsf T}$, $W.g = x^{\mathsf T} g$, $b.g = \sum_{\text{rows}} g$ with g = `this.out.g!`
// %% hint
// `this.x.g = this.out.g!.matmul(this.w.t()); this.w.g = this.x.t().matmul(this.out.g!); this.b.g = this.out.g!.sum({ dim: 0 });`
// %% check
{
for (const rows of [7, 1]) {
  const x = randn(rows, 5), w = randn(5, 3), b = randn(3), layer = new Linear(w, b);
  check(
    () => {
      const out = layer.forward(x), incoming = randn(rows, 3);
      out.g = incoming;
      layer.backward();
      return out.mul(incoming).sum();
    },
    { x, w, b },
  );
}
}
// %% solution
{
class Linear {
  x!: Tensor;
  out!: Tensor;
  constructor(readonly w: Tensor, readonly b: Tensor) {}
  forward(x: Tensor) {
    this.x = x;
    return (this.out = x.matmul(this.w).add(this.b));
  }
  backward() {
    this.x.g = this.out.g!.matmul(this.w.t());
    this.w.g = this.x.t().matmul(this.out.g!);
    this.b.g = this.out.g!.sum({ dim: 0 });
  }
}
}
// %% code id=others title="Two more layers"
class Relu {
  x!: Tensor;
  out!: Tensor;
  forward(x: Tensor) {
    this.x = x;
    return (this.out = x.clampMin(0));
  }
  backward() {
    this.x.g = this.x.gt(0).float().mul(this.out.g!);
  }
}
class Mse {
  x!: Tensor;
  y!: Tensor;
  forward(x: Tensor, y: Tensor) {
    this.x = x;
    this.y = y;
    return x.squeeze(1).sub(y).square().mean();
  }
  backward() {
    this.x.g = this.x.squeeze(1).sub(this.y).unsqueeze(-1).mul(2 / this.x.shape[0]!);
  }
}
// %% md id=model
// ## A model
//
// Forward: each layer gets what the one before it gave. Backward: the loss first, then the layers from the last to the first, because each needs the gradient of its output.
// %% exercise id=e2 name=Model title="A model of layers"
class Model {
  loss = new Mse();
  constructor(readonly layers: (Linear | Relu)[]) {}
  forward(x: Tensor, y: Tensor) {
    for (const layer of this.layers) x = layer.forward(x);
    return this.loss.forward(x, y);
  }
  backward() {
    this.loss.backward();
    for (const layer of this.layers) layer.backward();
  }
}
// %% hint
// In which order do gradients come into being?
// %% hint
// From the loss towards the input: the last layer goes first.
// %% hint
// `for (const layer of [...this.layers].reverse()) layer.backward();` (without the copy, the forward pass would be reversed too)
// %% check
{
const x = randn(7, 5), y = randn(7), w1 = randn(5, 4), b1 = randn(4), w2 = randn(4, 1), b2 = randn(1);
const model = new Model([new Linear(w1, b1), new Relu(), new Linear(w2, b2)]);
const loss = () => {
  const made = model.forward(x, y);
  model.backward();
  return made;
};
const right = () => x.matmul(w1).add(b1).relu().matmul(w2).add(b2).squeeze(1).sub(y).square().mean();
equal("the loss of the first pass", model.forward(x, y), right);
if (check(loss, { x, w1, b1, w2, b2 }).passed) {
  const [first] = model.layers;
  if (first === undefined || !("w" in first) || String(first.w.shape) !== "5,4") {
    fail("backward() has turned the list of layers itself around, so the next forward pass runs it the wrong way: reverse a copy, [...this.layers].reverse().");
  }
  equal("the loss of a second pass", model.forward(x, y), right);
}
}
// %% solution
{
class Model {
  loss = new Mse();
  constructor(readonly layers: (Linear | Relu)[]) {}
  forward(x: Tensor, y: Tensor) {
    for (const layer of this.layers) x = layer.forward(x);
    return this.loss.forward(x, y);
  }
  backward() {
    this.loss.backward();
    for (const layer of [...this.layers].reverse()) layer.backward();
  }
}
}
// %% md id=module
// ## Say it once
//
// Every layer keeps its inputs and output. A base class does that once, and a layer is left with its mathematics alone: `forward(…)` and `bwd(out, …)`.
// %% exercise id=e3 name=Module title="The base class"
abstract class Module {
  args: Tensor[] = [];
  out!: Tensor;
  abstract forward(...args: Tensor[]): Tensor;
  abstract bwd(out: Tensor, ...args: Tensor[]): void;
  call(...args: Tensor[]) {
    return this.forward(...args);
  }
  backward() {}
}
class Scale extends Module {
  constructor(readonly s: Tensor) {
    super();
  }
  forward(x: Tensor) {
    return x.mul(this.s);
  }
  bwd(out: Tensor, x: Tensor) {
    x.g = out.g!.mul(this.s);
    this.s.g = out.g!.mul(x).sum({ dim: 0 });
  }
}
// %% hint
// `call` runs `forward` and keeps two things; `backward` hands them to `bwd`.
// %% hint
// Keep `args` and `out` in `call`; in `backward` call `this.bwd` with the output and all arguments.
// %% hint
// `this.args = args; return (this.out = this.forward(...args));` and `this.bwd(this.out, ...this.args);`
// %% check
{
const x = randn(6, 3), s = randn(3), layer = new Scale(s);
const out = layer.call(x);
equal("call(x)", out, () => x.mul(s));
if (!layer.out) fail("call returns its result, but does not keep it: this.out = …");
equal("out, which call is to keep", layer.out, () => x.mul(s));
const kept = (calls: string) => {
  if (layer.args.length !== 1) fail(`After ${calls} this.args holds ${layer.args.length} tensors; it is to hold the one that forward got last: this.args = args.`);
};
kept("call(x)");
layer.call(x);
kept("a second call(x)");
check(
  () => {
    const made = layer.call(x), incoming = randn(6, 3);
    made.g = incoming;
    layer.backward();
    return made.mul(incoming).sum();
  },
  { x, s },
);
}
// %% solution
{
abstract class Module {
  args: Tensor[] = [];
  out!: Tensor;
  abstract forward(...args: Tensor[]): Tensor;
  abstract bwd(out: Tensor, ...args: Tensor[]): void;
  call(...args: Tensor[]) {
    this.args = args;
    return (this.out = this.forward(...args));
  }
  backward() {
    this.bwd(this.out, ...this.args);
  }
}
class Scale extends Module {
  constructor(readonly s: Tensor) {
    super();
  }
  forward(x: Tensor) {
    return x.mul(this.s);
  }
  bwd(out: Tensor, x: Tensor) {
    x.g = out.g!.mul(this.s);
    this.s.g = out.g!.mul(x).sum({ dim: 0 });
  }
}
}
