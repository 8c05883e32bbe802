// lab notebook 1 · title: 10. Autograd · seed: 42 · threads: 2 · rows: 1000
// %% md id=intro
// # Autograd
//
// Nobody wants to write every backward pass by hand. If each operation notes how it came about, the gradient of anything can be found by walking back. That is the whole secret of PyTorch's `loss.backward()`: a **graph** of values, an **order**, and sums where a value is used twice.
// %% code id=node title="A value with a past"
class Value {
  grad = 0;
  constructor(
    readonly data: number,
    readonly parents: Value[] = [],
    /** Hands this value's gradient on to its parents: adds to theirs. */
    readonly hand_on: (grad: number) => void = () => {},
  ) {}
}
const value = (x: number) => new Value(x);
function plus(a: Value, b: Value) {
  return new Value(a.data + b.data, [a, b], (grad) => {
    a.grad += grad;
    b.grad += grad;
  });
}
// %% md id=times
// ## One operation
//
// For a product $c = a \cdot b$: $\partial c/\partial a = b$ and $\partial c/\partial b = a$. The gradient is **added**, never set: a value that is used twice gets two parts.
// %% exercise id=e1 name=times title="A product with a past"
function times(a: Value, b: Value) {
  return new Value(a.data * b.data, [a, b], (grad) => {
    // Add to a.grad and b.grad.
  });
}
// %% hint
// How much does a · b change when a moves by a little? That times the gradient that comes in.
// %% hint
// $a.grad \mathrel{+}= g \cdot b$ and $b.grad \mathrel{+}= g \cdot a$
// %% hint
// `a.grad += grad * b.data; b.grad += grad * a.data;`
// %% check
{
const a = value(3), b = value(-5), c = times(a, b);
equal("times(3, −5)", c.data, -15, { mistakes: { "the two are added": -2 } });
if (c.parents.length !== 2) fail(`times(a, b) has ${c.parents.length} parents; both factors are its parents: [a, b]. Without them no gradient finds back.`);
c.hand_on(2);
equal("a.grad of times(a, b) with a = 3, b = −5 and the gradient 2", a.grad, -10, {
  mistakes: { "nothing is added to a.grad": 0, "a's own value is taken instead of b's": 6, "the incoming gradient is left out": -5, "the gradient is handed on as for a sum": 2 },
});
equal("b.grad of times(a, b) with a = 3, b = −5 and the gradient 2", b.grad, 6, {
  mistakes: { "nothing is added to b.grad": 0, "b's own value is taken instead of a's": -10, "the incoming gradient is left out": 3, "the gradient is handed on as for a sum": 2 },
});
c.hand_on(2);
equal("a.grad when the gradient comes twice", a.grad, -20, { mistakes: { "it is set (=) where it must be added (+=)": -10 } });
const d = value(4), square = times(d, d);
square.hand_on(1);
equal("d.grad of times(d, d) with d = 4", d.grad, 8, { mistakes: { "one of the two uses is lost: add, do not set": 4 } });
}
// %% solution
{
function times(a: Value, b: Value) {
  return new Value(a.data * b.data, [a, b], (grad) => {
    a.grad += grad * b.data;
    b.grad += grad * a.data;
  });
}
}
// %% md id=order
// ## The order
//
// A value may hand its gradient on only when it is complete: after *everything* that was made of it has handed on. So the values must be put in an order in which parents come before their children, and be walked from the end.
// %% exercise id=e2 name=in_order title="Parents first"
function in_order(root: Value): Value[] {
  // Each value once, its parents before it, root last.
  return [root];
}
// %% hint
// Visit a value's parents first, then put the value itself on the list. A value that was visited is not visited again.
// %% hint
// Depth-first search with a `Set` of those already seen; the list grows after the parents were visited.
// %% hint
// `const seen = new Set<Value>(), list: Value[] = []; const visit = (v: Value) => { if (seen.has(v)) return; seen.add(v); v.parents.forEach(visit); list.push(v); }; visit(root); return list;`
// %% check
{
const a = value(1), b = value(2), c = plus(a, b), d = plus(c, a), e = plus(d, c), all = [a, b, c, d, e];
const list = [...in_order(e)], places = all.map((one) => list.indexOf(one));
if (list.length > 5) fail(`in_order gives ${list.length} values where there are 5: a value that is used twice must stand there once.`);
if (places.some((at) => at < 0)) fail(`in_order gives ${list.length} values where there are 5: parents of parents are missing.`);
if (places[4] === 0) fail("in_order is the wrong way round: parents come before what is made of them, root comes last.");
for (const [child, parents] of [[2, [0, 1]], [3, [2, 0]], [4, [3, 2]]] as const) {
  for (const parent of parents) {
    if (places[parent]! > places[child]!) fail("in_order puts a value before one of its parents: list a value after its parents were visited.");
  }
}
}
// %% solution
{
function in_order(root: Value): Value[] {
  const seen = new Set<Value>(), list: Value[] = [];
  const visit = (v: Value) => {
    if (seen.has(v)) return;
    seen.add(v);
    v.parents.forEach(visit);
    list.push(v);
  };
  visit(root);
  return list;
}
}
// %% md id=backward
// ## Backward
//
// All gradients to 0, the root's to 1 (it changes with itself one to one), then hand on from the last to the first.
// %% exercise id=e3 name=backward title="The whole of backward"
function backward(root: Value) {
  const list = in_order(root);
  root.grad = 1;
  for (const one of list) one.hand_on(one.grad);
}
// %% hint
// Which end of the list does the gradient begin at? And what is left in `.grad` from the last time?
// %% hint
// Zero all, seed the root with 1, walk the list in reverse.
// %% hint
// `for (const one of list) one.grad = 0; root.grad = 1; for (const one of list.reverse()) one.hand_on(one.grad);`
// %% check
{
const x = value(2);
backward(x);
equal("x.grad after backward(x)", x.grad, 1, { mistakes: { "the root's gradient is not set to 1": 0 } });
for (let graph = 0; graph < 5; graph++) {
  const leaves = [2, -1, 3].map((n) => value(n + graph)), made = [...leaves];
  // The derivative by each leaf goes along: forward, by the chain rule.
  const slopes = leaves.map((_leaf, at) => leaves.map((_other, other) => Number(at === other)));
  for (let step = 0; step < 6; step++) {
    const at = made.length - 1, other = Math.floor(Math.random() * made.length);
    const [a, b] = [made[at]!, made[other]!];
    const product = step % 2 === 0;
    made.push(product ? times(a, b) : plus(a, b));
    slopes.push(leaves.map((_leaf, k) => (product ? slopes[at]![k]! * b.data + slopes[other]![k]! * a.data : slopes[at]![k]! + slopes[other]![k]!)));
  }
  const root = made.at(-1)!, right = slopes.at(-1)!;
  backward(root);
  const found = () => leaves.map(({ grad }) => grad);
  // What walking the list gives when something else than a value's own gradient is handed on.
  const walked = (handed: (one: Value) => number) => () => {
    const list = [...in_order(root)];
    for (const one of list) one.grad = 0;
    root.grad = 1;
    for (const one of list.reverse()) one.hand_on(handed(one));
    return found();
  };
  const first = found();
  equal(`the gradients of the three leaves in graph ${graph + 1}, whose values are used more than once`, first, right, {
    rtol: 1e-5,
    mistakes: { "nothing is handed on: the list is walked from the wrong end, or not at all": [0, 0, 0], "all have the wrong sign": right.map((g) => -g), "1 is handed on instead of the value's own gradient": walked(() => 1), "a value hands on its data instead of its gradient": walked(({ data }) => data) },
  });
  backward(root);
  equal(`the gradients of graph ${graph + 1} when backward runs a second time (is everything set to 0 first?)`, found(), right, {
    rtol: 1e-5,
    mistakes: { "those of the first time are still in: set all to 0 first": right.map((g) => 2 * g) },
  });
}
}
// %% solution
{
function backward(root: Value) {
  const list = in_order(root);
  for (const one of list) one.grad = 0;
  root.grad = 1;
  for (const one of list.reverse()) one.hand_on(one.grad);
}
}
