import {
  handleOf,
  isSpent,
  isTensor,
  list,
  made,
  setGrad,
  setStep,
  spend,
  stepOf,
  tape,
  type Tensor,
  type Arg,
  type Reduce,
} from "./tensor.ts";

type Rule = (g: Tensor, out: Tensor, inputs: readonly Arg[], options: Options) => readonly (Tensor | null)[];
interface Options extends Reduce {
  readonly correction?: number;
  readonly min?: number;
  readonly max?: number;
  readonly order?: readonly number[];
  readonly from?: number;
  readonly i?: number;
  readonly sizes?: readonly number[];
  readonly pairs?: readonly (readonly [number, number])[];
}

/** Whether this input wants a gradient. */
const wants = (x: Arg | undefined): x is Tensor => isTensor(x) && x.requiresGrad;

/** The sum of g over what broadcasting repeated, so that it has the shape of x. */
function like(g: Tensor, x: Arg): Tensor | null {
  if (!isTensor(x)) return null;
  let sum = g;
  if (sum.ndim > x.ndim) sum = sum.sum({ dim: [...Array(sum.ndim - x.ndim).keys()] });
  const repeated = x.shape.flatMap((size, dim) => (size === 1 && sum.shape[dim] !== 1 ? [dim] : []));
  return repeated.length === 0 ? sum : sum.sum({ dim: repeated, keepdim: true });
}

/** Axes that a reduction went over, from 0. */
const axesOf = (x: Tensor, { dim }: Options): number[] =>
  (dim === undefined ? [...x.shape.keys()] : [dim].flat()).map((axis) => (axis < 0 ? axis + x.ndim : axis));

/** A reduction's result with the reduced axes back as ones, so that it broadcasts against x. */
const spread = (value: Tensor, x: Tensor, options: Options): Tensor => {
  const axes = axesOf(x, options);
  return value.reshape(x.shape.map((size, dim) => (axes.includes(dim) ? 1 : size)));
};
const count = (x: Tensor, options: Options): number =>
  axesOf(x, options).reduce((n, axis) => n * (x.shape[axis] ?? 1), 1);

const first = (inputs: readonly Arg[]): Tensor => inputs[0] as Tensor;

/** How a normalised deviation enters a variance: 2 (x − mean) / (n − correction). */
const deviation = (x: Tensor, options: Options): Tensor => {
  const dim = axesOf(x, options);
  return x.sub(x.mean({ dim, keepdim: true })).mul(2 / (count(x, options) - (options.correction ?? 1)));
};

/** Where the largest (or smallest) are; equal ones share the gradient. */
const extreme: Rule = (g, out, inputs, options) => {
  const x = first(inputs);
  const at = x.eq(spread(out, x, options));
  const shares = at.sum({ dim: axesOf(x, options), keepdim: true });
  return [spread(g, x, options).mul(at).div(shares)];
};

const RULES: Record<string, Rule> = {
  add: (g, _out, [a, b]) => [like(g, a!), like(g, b!)],
  sub: (g, _out, [a, b]) => [like(g, a!), wants(b) ? like(g.neg(), b) : null],
  mul: (g, _out, [a, b]) => [wants(a) ? like(g.mul(b!), a) : null, wants(b) ? like(g.mul(a!), b) : null],
  div: (g, out, [a, b]) => [
    wants(a) ? like(g.div(b!), a) : null,
    wants(b) ? like(g.mul(out).div(b).neg(), b) : null,
  ],
  pow: (g, out, [a, b]) => [
    wants(a) ? like(powerOfBase(g, a, b!), a) : null,
    wants(b) ? like(powerOfExponent(g, out, a!, b), b) : null,
  ],
  maximum: (g, _out, [a, b]) => chosen(g, a!, b!, "gt"),
  minimum: (g, _out, [a, b]) => chosen(g, a!, b!, "lt"),
  where: (g, _out, [condition, yes, no]) => [
    null,
    wants(yes) ? like((condition as Tensor).where(g, 0), yes) : null,
    wants(no) ? like((condition as Tensor).where(0, g), no) : null,
  ],
  clamp: (g, _out, inputs, { min, max }) => {
    const x = first(inputs);
    const above = min === undefined ? g : x.gt(min).where(g, 0);
    return [max === undefined ? above : x.lt(max).where(above, 0)];
  },
  neg: (g) => [g.neg()],
  abs: (g, _out, inputs) => [g.mul(first(inputs).sign())],
  sign: (g) => [g.mul(0)],
  sqrt: (g, out) => [g.div(out.mul(2))],
  rsqrt: (g, out, inputs) => [g.mul(out).div(first(inputs)).mul(-0.5)],
  square: (g, _out, inputs) => [g.mul(first(inputs)).mul(2)],
  exp: (g, out) => [g.mul(out)],
  log: (g, _out, inputs) => [g.div(first(inputs))],
  tanh: (g, out) => [g.sub(g.mul(out.square()))],
  sigmoid: (g, out) => [g.mul(out.sub(out.square()))],
  erf: (g, _out, inputs) => [g.mul(first(inputs).square().neg().exp()).mul(2 / Math.sqrt(Math.PI))],
  clone: (g) => [g],
  sum: (g, _out, inputs, o) => [spread(g, first(inputs), o).expand(first(inputs).shape)],
  mean: (g, _out, inputs, o) => {
    const x = first(inputs);
    return [spread(g, x, o).div(count(x, o)).expand(x.shape)];
  },
  variance: (g, _out, inputs, o) => [spread(g, first(inputs), o).mul(deviation(first(inputs), o))],
  std: (g, out, inputs, o) => {
    const x = first(inputs);
    // Where all are equal the root has no slope; 0 as PyTorch, not 0 / 0.
    const ofVariance = out.eq(0).where(0, g.div(out.mul(2)));
    return [spread(ofVariance, x, o).mul(deviation(x, o))];
  },
  max: extreme,
  min: extreme,
  logSumExp: (g, out, inputs, o) => {
    const x = first(inputs);
    return [spread(g, x, o).mul(x.sub(spread(out, x, o)).exp())];
  },
  softmax: (g, out, _inputs, { dim }) => {
    const along = { dim: dim as number, keepdim: true };
    return [out.mul(g.sub(g.mul(out).sum(along)))];
  },
  matmul: (g, _out, [a, b]) => [
    wants(a) ? g.matmul((b as Tensor).t()) : null,
    wants(b) ? (a as Tensor).t().matmul(g) : null,
  ],
  t: (g) => [g.t()],
  reshape: (g, _out, inputs) => [g.reshape(first(inputs).shape)],
  permute: (g, _out, _inputs, { order }) => {
    const axes = order!.map((axis) => (axis < 0 ? axis + order!.length : axis));
    return [g.permute(axes.map((_axis, dim) => axes.indexOf(dim)))];
  },
  expand: (g, _out, inputs) => [like(g, first(inputs))],
  slice: (g, out, inputs, { from, dim }) => [padded(g, first(inputs), dim as number, from!, out)],
  select: (g, _out, inputs, { dim, i }) => [
    padded(g.unsqueeze(dim as number), first(inputs), dim as number, i!, null),
  ],
  take: (g, _out, [x, rows]) => [
    made("scatterRows", handleOf(g), handleOf(rows as Tensor), (x as Tensor).shape[0]),
    null,
  ],
  gather: (g, _out, [x, index], { dim }) => [
    made("scatterAlong", handleOf(g), handleOf(index as Tensor), dim as number, list((x as Tensor).shape)),
    null,
  ],
  pad: (g, _out, inputs, { pairs }) => {
    let inner = g;
    first(inputs).shape.forEach((size, dim) => {
      const [before = 0, after = 0] = pairs![dim] ?? [];
      if (before > 0 || after > 0) inner = inner.slice(before, before + size, dim);
    });
    return [inner];
  },
  cat: (g, _out, inputs, { dim }) => {
    let from = 0;
    return inputs.map((x) => {
      const size = (x as Tensor).shape.at(dim as number) ?? 0;
      from += size;
      return wants(x) ? g.slice(from - size, from, dim as number) : null;
    });
  },
  stack: (g, _out, inputs, { dim }) => inputs.map((x, i) => (wants(x) ? g.select(dim as number, i) : null)),
};

/** To the base of a power: a constant where the exponent is 0, also at 0, where 0⁻¹ · 0 would be NaN. */
function powerOfBase(g: Tensor, a: Tensor, b: Arg): Tensor {
  if (typeof b !== "number") return b.eq(0).where(0, g.mul(b.mul(a.pow(b.sub(1)))));
  return b === 0 ? made("fullLike", handleOf(a), 0) : g.mul(a.pow(b - 1).mul(b));
}

/** To the exponent: powers of 0 do not change with one that is not negative. */
function powerOfExponent(g: Tensor, out: Tensor, a: Arg, b: Tensor): Tensor {
  const slope = g.mul(out).mul(isTensor(a) ? a.log() : Math.log(a));
  if (!isTensor(a) && a !== 0) return slope;
  const isZero = isTensor(a) ? a.eq(0).mul(b.ge(0)) : b.ge(0);
  return isZero.where(0, slope);
}

/**
 * Where a is chosen it gets the gradient, where both are equal each gets half. Chosen, not multiplied by 0 and 1: an
 * infinite gradient, as of √0, would make NaN of what was not chosen.
 */
function chosen(g: Tensor, a: Arg, b: Arg, better: "gt" | "lt"): (Tensor | null)[] {
  const share = (x: Arg, other: Arg): Tensor | null =>
    wants(x) ? like(x[better](other).where(g, x.eq(other).where(g.mul(0.5), 0)), x) : null;
  return [share(a, b), share(b, a)];
}

/** Zeros in the shape of x with g from `from` on along one axis. */
function padded(g: Tensor, x: Tensor, dim: number, from: number, out: Tensor | null): Tensor {
  const axis = dim < 0 ? dim + x.ndim : dim;
  const size = x.shape[axis] ?? 0;
  const before = Math.max(0, from < 0 ? from + size : from);
  const after = size - before - (out === null ? 1 : (out.shape[axis] ?? 0));
  const pairs = x.shape.flatMap((_size, d) => (d === axis ? [before, after] : [0, 0]));
  return made("pad", handleOf(g), pairs.join(","), 0);
}

tape.note = (out, method, inputs, options): void => {
  const rule = RULES[method];
  if (rule === undefined) return;
  let some = false;
  for (const input of inputs) {
    some ||= wants(input);
    if (isTensor(input) && isSpent(input)) spend(out);
  }
  if (!some) return;
  const kept = inputs.map((input) => input ?? 0);
  setStep(out, {
    inputs: kept.filter(isTensor),
    // The result comes as an argument: held here it would hold itself, and only a collection of cycles would free it.
    rule: (g, result) => {
      const found = rule(g, result, kept, options ?? {});
      return found.filter((_gradient, at) => isTensor(kept[at]));
    },
  });
};

const SPENT =
  ".backward(): part of what this was computed from was gone through by an earlier backward(), which forgets it on its " +
  "way. Compute it again before, or add the losses and go back once, a.add(b).backward(); .detach() takes it as given";

/** Tensors in an order in which each stands after all it was made of. */
function inOrder(from: Tensor): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  // A stack of its own: a chain of thousands of operations would be too deep for calls.
  const open: { tensor: Tensor; next: number }[] = [{ tensor: from, next: 0 }];
  seen.add(from);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const input = stepOf(top.tensor)?.inputs[top.next++];
    if (input === undefined) {
      order.push(top.tensor);
      open.pop();
    } else if (isSpent(input)) {
      throw new TypeError(SPENT);
    } else if (input.requiresGrad && !seen.has(input)) {
      seen.add(input);
      open.push({ tensor: input, next: 0 });
    }
  }
  return order;
}

tape.backward = (from): void => {
  if (from.numel !== 1) {
    throw new TypeError(
      `.backward(): it begins at one number, a loss; this tensor has shape (${from.shape.join(", ")}). Take .sum() or .mean() first`,
    );
  }
  if (isSpent(from)) throw new TypeError(SPENT);
  if (!from.requiresGrad) {
    throw new TypeError(".backward(): nothing that this was computed from has requiresGrad_()");
  }
  noGrad(() => {
    const gradients = new Map<Tensor, Tensor>([[from, made("fullLike", handleOf(from), 1)]]);
    for (const tensor of inOrder(from).reverse()) {
      const g = gradients.get(tensor);
      gradients.delete(tensor);
      if (g === undefined) continue;
      const step = stepOf(tensor);
      if (step === null) {
        setGrad(tensor, tensor.grad === null ? g : tensor.grad.add(g));
        continue;
      }
      const parts = step.rule(g, tensor);
      step.inputs.forEach((input, at) => {
        const part = parts[at];
        if (!input.requiresGrad || part === null || part === undefined) return;
        const before = gradients.get(input);
        gradients.set(input, before === undefined ? part : before.add(part));
      });
      setStep(tensor, null);
      spend(tensor);
    }
  });
};

/** Runs f without taking down how its results came about. */
export function noGrad<T>(f: () => T): T {
  if (typeof f !== "function") throw new TypeError("noGrad(): expected a function, noGrad(() => w.mul(2))");
  const before = tape.on;
  tape.on = false;
  try {
    return f();
  } finally {
    tape.on = before;
  }
}
