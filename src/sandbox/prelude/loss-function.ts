import { noGrad } from "./autograd.ts";
import { asShown, checkPart, formulaOf, gradientByTape, setByPart, type ElementFunction } from "./formula.ts";
import { callers, host } from "./host.ts";
import { isTensor, setStep, tape, type Tensor } from "./tensor.ts";

/** A loss that a notebook has defined: the mean over all elements. */
export interface LossFunction {
  (y: Tensor, t: Tensor): Tensor;
  /** Sets y.g, the gradient of the mean. */
  backward(y: Tensor, t: Tensor): void;
  readonly formula: string;
  readonly gradient: string | null;
}

// A cell may replace the global names; the language goes on with those it began with.
const { defineProperty, freeze } = Object;

/**
 * Defines a loss under a name that other views offer, by what it makes of one number y that is predicted, and its
 * target t; the mean is taken by itself. `backward` is the slope of one number's loss by y.
 */
export function lossFunction(
  name: string,
  forward: ElementFunction,
  backward?: ElementFunction,
): LossFunction {
  checkPart(
    "lossFunction",
    { name, forward, backward },
    {
      example: 'lossFunction("squared", (y, t) => y.sub(t).square())',
      backwardExample: "(y, t) => …",
    },
  );
  const formula = formulaOf("loss", `lossFunction("${name}"), forward`, forward);
  const gradient =
    backward === undefined ? undefined : formulaOf("loss", `lossFunction("${name}"), backward`, backward);
  const stack = callers();
  host.definePart("loss", name, formula, gradient, stack);

  const meanOf = (y: Tensor, t: Tensor): Tensor => {
    const out = forward(y, t);
    if (!isTensor(out)) throw new TypeError(`${name} must return a tensor`);
    return out.ndim === 0 ? out : out.mean();
  };
  function call(y: Tensor, t: Tensor): Tensor {
    if (!isTensor(y) || !isTensor(t))
      throw new TypeError(`${name}(): expected predictions and targets, two tensors`);
    if (backward === undefined || !tape.on || !y.requiresGrad) return meanOf(y, t);
    const out = noGrad(() => meanOf(y, t));
    setStep(out, { inputs: [y], rule: (g) => [backward(y, t).div(y.numel).mul(g)] });
    return out;
  }
  defineProperty(call, "name", { value: name });
  return asShown(
    freeze(
      Object.assign(call, {
        formula,
        gradient: gradient ?? null,
        backward(y: Tensor, t: Tensor): void {
          if (backward === undefined) {
            y.g = gradientByTape(y, (input) => meanOf(input, t.detach())) ?? y.mul(0);
            return;
          }
          const made = noGrad(() => backward(y, t));
          setByPart(
            y,
            noGrad(() => made.div(y.numel)),
            { made, given: t, stack },
          );
        },
      }),
    ),
  );
}
