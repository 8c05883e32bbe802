// lab notebook 1 · title: 8. Numeric gradients · seed: 42 · threads: 2 · rows: 1000
// %% md id=intro
// # Numeric gradients
//
// How do you know that a gradient is right? Move one number a little, and see what the function does. It is slow, one pass for each number, and it needs no calculus: the judge of everything that you derive by hand.
//
// $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2 h}$$
//
// Both sides are better than one: the error falls with $h^2$ instead of $h$.
// %% exercise id=e1 name=numeric_gradient title="Central differences"
function numeric_gradient(f: (x: Tensor) => number, x: Tensor, h: number) {
  const values = x.toArray(), gradient = new Float32Array(values.length);
  // f takes a tensor of x's shape. Copy the values, move one of them, ask f; put it back.
  return tensor(gradient, [...x.shape]);
}
// %% hint
// For each i: set `values[i]` to its old value + h, then − h, and call f with `tensor(values, [...x.shape])` each time.
// %% hint
// The distance between the two points is $2h$, so divide by that, and put the old value back before the next i.
// %% hint
// `const old = values[i]!; values[i] = old + h; const up = f(tensor(values, [...x.shape])); values[i] = old - h; const down = f(tensor(values, [...x.shape])); values[i] = old; gradient[i] = (up - down) / (2 * h);`
// %% check
{
const h = 0.25;
const cube = (x: Tensor) => x.mul(x).mul(x).sum().item();
for (const shape of [[5], [2, 3], [1]]) {
  const x = randn(shape).add(2);
  const right = () => x.square().mul(3).add(h * h);
  equal(`numeric_gradient of Σ x³ at (${shape.join(", ")})`, numeric_gradient(cube, x, h), right, {
    rtol: 1e-3,
    mistakes: {
      "one side only is taken, (f(x + h) − f(x)) / h": () => right().add(x.mul(3 * h)),
      "one side only is taken, (f(x) − f(x − h)) / h": () => right().sub(x.mul(3 * h)),
      "one side only is taken, and divided by 2h": () => right().add(x.mul(3 * h)).div(2),
      "it is divided by h instead of 2h": () => right().mul(2),
      "it is not divided by 2h": () => right().mul(2 * h),
      "it is divided by 2, but not by h": () => right().mul(h),
      "values[i] is set to h instead of old + h": () => x.sub(h).square().mul(x.sub(h)).neg().add(h ** 3).div(2 * h),
      "values[i] moves from 0 to ±h, not from its old value": () => x.mul(0).add(h * h),
      "every derivative is written to the first place, gradient[0]": () => {
        const all = right().toArray();
        return tensor(Array.from(all, (_g, at) => (at === 0 ? all[all.length - 1]! : 0)), [...x.shape]);
      },
      "it is multiplied by h: (up − down) / 2 * h needs parentheses": () => right().mul(h * h),
      "the two sides are exchanged": () => right().neg(),
      "all numbers are moved at once": () => right().sum().expand(...shape),
    },
  });
}
// Products of neighbours: who does not put a number back is found.
const pairs = (x: Tensor) => x.slice(1, 4).mul(x.slice(0, 3)).sum().item();
const y = randn(4).add(2);
equal("numeric_gradient of x₀x₁ + x₁x₂ + x₂x₃ (is each number put back?)", numeric_gradient(pairs, y, h), () => pad(y.slice(1, 4), [[0, 1]]).add(pad(y.slice(0, 3), [[1, 0]])), { rtol: 1e-3 });
}
// %% solution
{
function numeric_gradient(f: (x: Tensor) => number, x: Tensor, h: number) {
  const values = x.toArray(), gradient = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const old = values[i]!;
    values[i] = old + h;
    const up = f(tensor(values, [...x.shape]));
    values[i] = old - h;
    const down = f(tensor(values, [...x.shape]));
    values[i] = old;
    gradient[i] = (up - down) / (2 * h);
  }
  return tensor(gradient, [...x.shape]);
}
}
// %% md id=step
// ## Which h?
//
// Too large, and the curve bends away. Too small, and float32, which keeps seven digits, rounds the difference away. In between is a best step. Find it: the error of the derivative of $e^x$ at 1, for h = 1, 0.1, …, 10⁻⁷.
// %% code id=errors title="The error by step"
const steps = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7];
const step_errors = steps.map((h) => {
  const up = tensor([1 + h]).exp().item(), down = tensor([1 - h]).exp().item();
  return Math.max(1e-9, Math.abs((up - down) / (2 * h) - Math.E));
});
plot(step_errors, { x: [0, 1, 2, 3, 4, 5, 6, 7], xLabel: "−log₁₀ h", yLabel: "error", log: true });
// %% exercise id=e2 name=best_step title="The best step"
function best_step() {
  // Look at the curve above: which h has the smallest error, within a factor of ten?
  return 1;
}
// %% hint
// Left of the lowest point the curve falls because of the mathematics, right of it it rises because of the rounding.
// %% hint
// The two errors are about equal where $h^3 \approx \varepsilon$, and float32 has $\varepsilon \approx 10^{-7}$.
// %% hint
// The third root of 10⁻⁷ is about 0.005: `return 0.005`
// %% check
{
within("best_step()", best_step(), 0.0005, 0.05, {
  "so large a step leaves the curve: the error of h² rules": [0.05, Infinity],
  "so small a step is rounded away: float32 keeps seven digits; this would be a step for float64": [1e-6, 0.0005],
  "f(x + h) and f(x − h) are nearly the same float32 number": [0, 1e-6],
  "a step is positive": [-Infinity, 0],
});
}
// %% solution
{
function best_step() {
  return 0.005;
}
}
// %% md id=planted
// ## Two mistakes to find
//
// Five derivatives, two of them wrong. Compare each with your `numeric_gradient` and name the wrong ones.
// %% code id=suspects title="Five derivatives"
const suspects: Record<string, { f: (x: Tensor) => Tensor; slope: (x: Tensor) => Tensor }> = {
  square: { f: (x) => x.square(), slope: (x) => x.mul(2) },
  root: { f: (x) => x.sqrt(), slope: (x) => div(0.5, x) },
  inverse: { f: (x) => div(1, x), slope: (x) => div(-1, x.square()) },
  logarithm: { f: (x) => x.log(), slope: (x) => div(1, x) },
  tangent: { f: (x) => x.tanh(), slope: (x) => sub(1, x.square()) },
};
// %% exercise id=e3 name=wrong_ones title="The wrong ones"
const wrong_ones: string[] = [];
// %% hint
// Go over `Object.entries(suspects)`, and compare `slope(x)` with the numeric gradient of `(x) => f(x).sum().item()`.
// %% hint
// Choose x positive, around 1 to 3, and print both: `print(name, slope(x), numeric_gradient(…))`.
// %% hint
// Look at the root, whose slope is $\tfrac{1}{2\sqrt x}$, and at tanh, whose slope is 1 minus the square of its *output*.
// %% check
{
const named = [...wrong_ones];
if (!Array.isArray(named) || named.length === 0) fail("wrong_ones is empty; two derivatives are wrong.");
for (const name of named) {
  if (["square", "inverse", "logarithm"].includes(String(name))) fail(`${name} is right: its slope agrees with the numeric gradient.`);
  if (!["root", "tangent"].includes(String(name))) fail(`There is no derivative called ${name}.`);
}
if (new Set(named).size < 2) fail(`${named[0]} is wrong indeed; one more is.`);
}
// %% solution
{
const wrong_ones: string[] = ["root", "tangent"];
}
