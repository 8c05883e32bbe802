import { noGrad } from "./autograd.ts";
import type { Layer } from "./checks.ts";
import { callers, host } from "./host.ts";
import { handleOf, isTensor, list, made, setStep, tape, wrap, type Tensor } from "./tensor.ts";

type Forward = (z: Tensor) => Tensor;
type Backward = (z: Tensor, dy: Tensor) => Tensor;

/** An activation that a notebook has defined: a function of tensors, and a layer for `checkLayer`. */
export interface Activation extends Layer {
  (x: Tensor): Tensor;
  readonly formula: string;
  readonly gradient: string | null;
}

/** Two shapes: what depends on them is no formula of an element. */
const SHAPES = [
  [3, 5],
  [7, 2],
] as const;

// A cell may replace the global names; the language goes on with those it began with.
const { defineProperty, freeze } = Object;

/** Runs a function on tensors that have no values yet, and has the formula written of what it took down. */
function traced(f: (...given: Tensor[]) => Tensor, count: number, shape: readonly number[]): string {
  host.formulaBegin();
  try {
    const given = Array.from({ length: count }, (_one, at) =>
      made("full", list(shape), 0, at === 0 ? "z" : "dy"),
    );
    const out = noGrad(() => f(...given));
    if (!isTensor(out)) {
      throw new TypeError(`it must return a tensor, and returned ${out === null ? "null" : typeof out}`);
    }
    const [z, dy] = given.map(handleOf);
    return host.formula(handleOf(out), z!, dy);
  } finally {
    host.formulaEnd();
  }
}

/** The formula of a function of z, or of z and dy. @throws What the function threw, with what it was asked for. */
function formulaOf(what: string, f: (...given: Tensor[]) => Tensor, count: number): string {
  try {
    const [first, second] = SHAPES.map((shape) => traced(f, count, shape));
    if (first === second) return first!;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const tried = error.name === "ShapeError" ? ` (tried with z of shape (${SHAPES[0].join(", ")}))` : "";
    error.message = `${what}: ${error.message}${tried}`;
    throw error;
  }
  throw new TypeError(
    `${what}: it gives another formula when it is called again, or for another shape; it may depend on z alone`,
  );
}

/** Calls a function that must give a tensor in the shape of x. */
function applied(what: string, out: Tensor, x: Tensor): Tensor {
  if (!isTensor(out)) throw new TypeError(`${what} must return a tensor`);
  // A result of its own, to which its gradient belongs.
  return out === x ? x.clone() : out;
}

/** The gradient of x from that of f(x), by the tape. */
function byTape(forward: Forward, x: Tensor, dy: Tensor): Tensor {
  const before = tape.on;
  tape.on = true;
  try {
    const input = wrap(handleOf(x)).requiresGrad_();
    applied("forward", forward(input), input).mul(dy).sum().backward();
    return input.grad ?? dy.mul(0);
  } finally {
    tape.on = before;
  }
}

/**
 * Defines an activation under a name that other views offer: the functions are run on tensors without values, and what
 * they do with an element is written down as a formula.
 */
export function activation(name: string, forward: Forward, backward?: Backward): Activation {
  if (typeof name !== "string" || typeof forward !== "function") {
    throw new TypeError(
      `activation(): expected a name and a function, activation("swish", (z) => z.mul(z.sigmoid()))`,
    );
  }
  if (backward !== undefined && typeof backward !== "function") {
    throw new TypeError(
      `activation("${name}"): the third argument, if there is one, is a function (z, dy) => …`,
    );
  }
  const formula = formulaOf(`activation("${name}"), forward`, (z) => forward(z), 1);
  const gradient =
    backward === undefined
      ? undefined
      : formulaOf(`activation("${name}"), backward`, (z, dy) => backward(z, dy), 2);
  host.activation(name, formula, gradient, callers());

  function call(x: Tensor): Tensor {
    if (!isTensor(x)) throw new TypeError(`${name}(): expected a tensor`);
    if (backward === undefined || !tape.on || !x.requiresGrad) return applied(name, forward(x), x);
    const out = applied(
      name,
      noGrad(() => forward(x)),
      x,
    );
    setStep(out, { inputs: [x], rule: (g) => [backward(x, g)] });
    return out;
  }
  defineProperty(call, "name", { value: name });
  return freeze(
    Object.assign(call, {
      formula,
      gradient: gradient ?? null,
      forward: call,
      backward(out: Tensor, x: Tensor): void {
        if (out.g === null)
          throw new TypeError(`${name}.backward(): out.g is not set; it is the gradient of what comes out`);
        const dy = out.g;
        x.g = backward === undefined ? byTape(forward, x, dy) : noGrad(() => backward(x, dy));
      },
    }),
  );
}
