import { noGrad } from "./autograd.ts";
import { host, type PartKind } from "./host.ts";
import { checking, handleOf, isTensor, list, made, setByHand, tape, wrap, type Tensor } from "./tensor.ts";

/** A function of z, of z and dy, or of y and t. */
export type ElementFunction = (first: Tensor, second: Tensor) => Tensor;

/** Two shapes: what depends on them is no formula of an element. */
const SHAPES = [
  [3, 5],
  [7, 2],
] as const;

/** Runs a function on tensors that have no values yet, and has the formula written of what it took down. */
function traced(kind: PartKind, f: ElementFunction, shape: readonly number[]): string {
  host.formulaBegin();
  try {
    const first = made("full", list(shape), 0, kind === "loss" ? "y" : "z");
    const second = made("full", list(shape), 0, kind === "loss" ? "t" : "dy");
    const out = noGrad(() => f(first, second));
    if (!isTensor(out)) {
      throw new TypeError(`it must return a tensor, and returned ${out === null ? "null" : typeof out}`);
    }
    return host.formula(kind, handleOf(out), handleOf(first), handleOf(second));
  } finally {
    host.formulaEnd();
  }
}

/** The formula of a function of elements. @throws What the function threw, with what it was asked for. */
export function formulaOf(kind: PartKind, what: string, f: ElementFunction): string {
  try {
    const [first, second] = SHAPES.map((shape) => traced(kind, f, shape));
    if (first === second) return first!;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const tried =
      error.name === "ShapeError" ? ` (tried with tensors of shape (${SHAPES[0].join(", ")}))` : "";
    error.message = `${what}: ${error.message}${tried}`;
    throw error;
  }
  throw new TypeError(
    `${what}: it gives another formula when it is called again, or for another shape; it may depend on its tensors alone`,
  );
}

/** The gradient of x by the tape, whether that is on or not; null where the sum does not depend on x. */
export function gradientByTape(x: Tensor, sumOf: (input: Tensor) => Tensor): Tensor | null {
  const before = tape.on;
  tape.on = true;
  try {
    const input = wrap(handleOf(x)).requiresGrad_();
    sumOf(input).backward();
    return input.grad;
  } finally {
    tape.on = before;
  }
}

/**
 * As `x.g = …`, and a check blames the line of a part's own backward: where `made` was computed, or where the part was
 * defined if its backward only hands on what came in.
 */
export function setByPart(
  x: Tensor,
  gradient: Tensor,
  { made, given, stack }: { readonly made: Tensor; readonly given: Tensor; readonly stack: string },
): void {
  if (checking.on) {
    const computed = made === given || made === x ? undefined : handleOf(made);
    host.checkGradient(handleOf(x), handleOf(gradient), stack, computed);
  }
  setByHand(x, gradient);
}

const parts = new WeakSet();
/** A part that has an output of its own, so that it need not be shown again as a cell's last value. */
export function asShown<P extends object>(part: P): P {
  parts.add(part);
  return part;
}
export const isShown = (value: unknown): boolean => typeof value === "function" && parts.has(value);

/** A name and one or two functions. @throws {TypeError} */
export function checkPart(
  what: string,
  {
    name,
    forward,
    backward,
  }: { readonly name: unknown; readonly forward: unknown; readonly backward: unknown },
  { example, backwardExample }: { readonly example: string; readonly backwardExample: string },
): void {
  if (typeof name !== "string" || typeof forward !== "function") {
    throw new TypeError(`${what}(): expected a name and a function, ${example}`);
  }
  if (backward !== undefined && typeof backward !== "function") {
    throw new TypeError(
      `${what}("${name}"): the third argument is its backward, a function ${backwardExample}, or is left out; ` +
        `got ${backward === null ? "null" : typeof backward}`,
    );
  }
}
