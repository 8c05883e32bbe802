import { noGrad } from "./autograd.ts";
import type { Layer } from "./checks.ts";
import { asShown, checkPart, formulaOf, gradientByTape, setByPart } from "./formula.ts";
import { callers, host } from "./host.ts";
import { isTensor, setStep, tape, type Tensor } from "./tensor.ts";

type Forward = (z: Tensor) => Tensor;
type Backward = (z: Tensor, dy: Tensor) => Tensor;

/** An activation that a notebook has defined: a function of tensors, and a layer for `checkLayer`. */
export interface Activation extends Layer {
  (x: Tensor): Tensor;
  readonly formula: string;
  readonly gradient: string | null;
}

// A cell may replace the global names; the language goes on with those it began with.
const { defineProperty, freeze } = Object;

export interface Formulas {
  readonly name: string;
  readonly forward: string;
  readonly backward?: string;
}
const defined = new WeakMap<object, Formulas>();

/** The formulas of what `activation` gave; undefined for anything else. */
export const formulasOf = (value: unknown): Formulas | undefined =>
  typeof value === "function" ? defined.get(value) : undefined;

/** Calls a function that must give a tensor in the shape of x. */
function applied(what: string, out: Tensor, x: Tensor): Tensor {
  if (!isTensor(out)) throw new TypeError(`${what} must return a tensor`);
  // A result of its own, to which its gradient belongs.
  return out === x ? x.clone() : out;
}

/**
 * Defines an activation under a name that other views offer: the functions are run on tensors without values, and what
 * they do with an element is written down as a formula.
 */
export function activation(name: string, forward: Forward, backward?: Backward): Activation {
  checkPart(
    "activation",
    { name, forward, backward },
    {
      example: 'activation("swish", (z) => z.mul(z.sigmoid()))',
      backwardExample: "(z, dy) => …",
    },
  );
  const formula = formulaOf("activation", `activation("${name}"), forward`, (z) => forward(z));
  const gradient =
    backward === undefined
      ? undefined
      : formulaOf("activation", `activation("${name}"), backward`, (z, dy) => backward(z, dy));
  const stack = callers();
  host.definePart("activation", name, formula, gradient, stack);

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
  defined.set(call, { name, forward: formula, ...(gradient === undefined ? {} : { backward: gradient }) });
  defineProperty(call, "name", { value: name });
  return asShown(
    freeze(
      Object.assign(call, {
        formula,
        gradient: gradient ?? null,
        forward: call,
        backward(out: Tensor, x: Tensor): void {
          if (out.g === null) {
            throw new TypeError(`${name}.backward(): out.g is not set; it is the gradient of what comes out`);
          }
          const dy = out.g;
          if (backward === undefined) {
            x.g = gradientByTape(x, (z) => applied("forward", forward(z), z).mul(dy).sum()) ?? dy.mul(0);
            return;
          }
          const made = noGrad(() => backward(x, dy));
          setByPart(x, made, { made, given: dy, stack });
        },
      }),
    ),
  );
}
