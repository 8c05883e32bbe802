import { needReduceOptions } from "./reduce-options.ts";
import { callers, host, type Handle } from "./host.ts";

/** Where a tensor may stand, a number may stand. */
export type Arg = Tensor | number;
export interface Reduce {
  readonly dim?: number | readonly number[];
  readonly keepdim?: boolean;
}
export type DType = "float32" | "bool" | "int32";

/** How a result came about, for `backward`: the inputs and their derivatives given that of the result. */
export interface Step {
  readonly inputs: readonly Tensor[];
  /** One gradient an input; null where none goes. */
  readonly rule: (g: Tensor, out: Tensor) => readonly (Tensor | null)[];
}

/** What autograd adds to the tensors; it is filled in by autograd.ts. */
export const tape = {
  /** Off while gradients are computed and in `noGrad`. */
  on: true,
  /** Takes down how `out` was made, if one of the inputs wants a gradient. */
  note: (_out: Tensor, _method: string, _inputs: readonly (Arg | undefined)[], _options: unknown): void =>
    undefined,
  backward: (_from: Tensor): void => undefined,
};

/** Whether `check` wants to hear of gradients that are set by hand. */
export const checking = { on: false };

const KEY = {};
const list = (numbers: readonly number[]): string => {
  let text = "";
  for (let i = 0; i < numbers.length; i++) text += i === 0 ? `${numbers[i]}` : `,${numbers[i]}`;
  return text;
};
const axes = (dim: Reduce["dim"]): string | undefined =>
  dim === undefined ? undefined : typeof dim === "number" ? `${dim}` : list(dim);

let handleOf: (tensor: Tensor) => Handle;
let rebind: (tensor: Tensor, handle: Handle) => void;
let stepOf: (tensor: Tensor) => Step | null;
let setStep: (tensor: Tensor, step: Step | null) => void;
let setGrad: (tensor: Tensor, grad: Tensor | null) => void;
let setByHand: (tensor: Tensor, gradient: Tensor | null) => void;
let isSpent: (tensor: Tensor) => boolean;
let spend: (tensor: Tensor) => void;
let isTensor: (value: unknown) => value is Tensor;

/**
 * An array of float32 numbers that the lab computes with. A method only takes down what is to be done; the numbers are
 * computed when they are read, and at the end of the cell.
 */
export class Tensor {
  #handle: Handle;
  #shape: readonly number[] | null = null;
  #g: Tensor | null = null;
  #grad: Tensor | null = null;
  #wanted = false;
  #step: Step | null = null;
  /** Whether it, or what it was computed from, was on the tape before a `backward` that has gone through it. */
  #spent = false;

  static {
    isTensor = (value): value is Tensor => typeof value === "object" && value !== null && #handle in value;
    handleOf = (tensor) => tensor.#handle;
    rebind = (tensor, handle) => {
      tensor.#handle = handle;
      tensor.#shape = null;
    };
    stepOf = (tensor) => tensor.#step;
    setStep = (tensor, step) => {
      tensor.#step = step;
    };
    isSpent = (tensor) => tensor.#spent;
    spend = (tensor) => {
      tensor.#spent = true;
    };
    setGrad = (tensor, grad) => {
      tensor.#grad = grad;
    };
    // As `.g = …`, but no check hears of it.
    setByHand = (tensor, gradient) => {
      tensor.#g = gradient;
    };
  }

  constructor(key: object, handle: Handle) {
    if (key !== KEY)
      throw new TypeError("A tensor is made by tensor(…), zeros(…), randn(…) and the like, not by new");
    this.#handle = handle;
  }

  get shape(): readonly number[] {
    if (this.#shape === null) {
      const text = host.shape(this.#handle);
      this.#shape = Object.freeze(text === "" ? [] : text.split(",").map(Number));
    }
    return this.#shape;
  }
  get ndim(): number {
    return this.shape.length;
  }
  get dtype(): DType {
    return host.dtype(this.#handle) as DType;
  }
  /** Number of elements. */
  get numel(): number {
    let product = 1;
    for (const size of this.shape) product *= size;
    return product;
  }

  /** The gradient that you computed by hand; `check` looks at it. */
  get g(): Tensor | null {
    return this.#g;
  }
  set g(gradient: Tensor | null) {
    if (gradient !== null && !isTensor(gradient)) {
      throw new TypeError(`.g: expected a tensor or null, got ${typeof gradient}`);
    }
    if (checking.on) {
      host.checkGradient(this.#handle, gradient === null ? undefined : gradient.#handle, callers());
    }
    this.#g = gradient;
  }

  add(o: Arg): Tensor {
    return binary("add", this, o);
  }
  sub(o: Arg): Tensor {
    return binary("sub", this, o);
  }
  mul(o: Arg): Tensor {
    return binary("mul", this, o);
  }
  div(o: Arg): Tensor {
    return binary("div", this, o);
  }
  pow(o: Arg): Tensor {
    return binary("pow", this, o);
  }
  maximum(o: Arg): Tensor {
    return binary("maximum", this, o);
  }
  minimum(o: Arg): Tensor {
    return binary("minimum", this, o);
  }
  gt(o: Arg): Tensor {
    return binary("gt", this, o);
  }
  ge(o: Arg): Tensor {
    return binary("ge", this, o);
  }
  lt(o: Arg): Tensor {
    return binary("lt", this, o);
  }
  le(o: Arg): Tensor {
    return binary("le", this, o);
  }
  eq(o: Arg): Tensor {
    return binary("eq", this, o);
  }
  ne(o: Arg): Tensor {
    return binary("ne", this, o);
  }
  where(yes: Arg, no: Arg): Tensor {
    return noted(made("where", this.#handle, operand(yes), operand(no)), "where", [this, yes, no]);
  }
  clamp({ min, max }: { readonly min?: number; readonly max?: number }): Tensor {
    return noted(made("clamp", this.#handle, min, max), "clamp", [this], { min, max });
  }
  clampMin(min: number): Tensor {
    return noted(made("clampMin", this.#handle, min), "clamp", [this], { min });
  }
  neg(): Tensor {
    return unary("neg", this);
  }
  abs(): Tensor {
    return unary("abs", this);
  }
  sign(): Tensor {
    return unary("sign", this);
  }
  sqrt(): Tensor {
    return unary("sqrt", this);
  }
  rsqrt(): Tensor {
    return unary("rsqrt", this);
  }
  square(): Tensor {
    return unary("square", this);
  }
  exp(): Tensor {
    return unary("exp", this);
  }
  log(): Tensor {
    return unary("log", this);
  }
  tanh(): Tensor {
    return unary("tanh", this);
  }
  sigmoid(): Tensor {
    return unary("sigmoid", this);
  }
  erf(): Tensor {
    return unary("erf", this);
  }
  relu(): Tensor {
    return this.clampMin(0);
  }
  float(): Tensor {
    return noted(made("float", this.#handle), "clone", [this]);
  }
  clone(): Tensor {
    return noted(made("clone", this.#handle), "clone", [this]);
  }
  detach(): Tensor {
    return made("detach", this.#handle);
  }

  sum(o: Reduce = {}): Tensor {
    return reduced("sum", this, o);
  }
  mean(o: Reduce = {}): Tensor {
    return reduced("mean", this, o);
  }
  variance(o: Reduce & { readonly correction?: number } = {}): Tensor {
    return reduced("variance", this, o);
  }
  std(o: Reduce & { readonly correction?: number } = {}): Tensor {
    return reduced("std", this, o);
  }
  max(o: Reduce = {}): Tensor {
    return reduced("max", this, o);
  }
  min(o: Reduce = {}): Tensor {
    return reduced("min", this, o);
  }
  argmax(o: Reduce = {}): Tensor {
    return reduced("argmax", this, o);
  }
  argmin(o: Reduce = {}): Tensor {
    return reduced("argmin", this, o);
  }
  logSumExp(o: Reduce = {}): Tensor {
    return reduced("logSumExp", this, o);
  }
  softmax(dim: number): Tensor {
    return noted(made("softmax", this.#handle, dim), "softmax", [this], { dim });
  }

  matmul(o: Tensor): Tensor {
    return noted(made("matmul", this.#handle, need(o, "matmul")), "matmul", [this, o]);
  }
  t(): Tensor {
    return noted(made("t", this.#handle), "t", [this]);
  }

  reshape(...sizes: (number | readonly number[])[]): Tensor {
    return noted(made("reshape", this.#handle, list(sizes.flat())), "reshape", [this]);
  }
  squeeze(dim?: number): Tensor {
    return noted(made("squeeze", this.#handle, dim), "reshape", [this]);
  }
  unsqueeze(dim: number): Tensor {
    return noted(made("unsqueeze", this.#handle, dim), "reshape", [this]);
  }
  permute(...dims: (number | readonly number[])[]): Tensor {
    const order = dims.flat();
    return noted(made("permute", this.#handle, list(order)), "permute", [this], { order });
  }
  expand(...sizes: (number | readonly number[])[]): Tensor {
    return noted(made("expand", this.#handle, list(sizes.flat())), "expand", [this]);
  }
  slice(from: number, to: number, dim = 0): Tensor {
    return noted(made("slice", this.#handle, from, to, dim), "slice", [this], { from, dim });
  }
  select(dim: number, i: number): Tensor {
    return noted(made("select", this.#handle, dim, i), "select", [this], { dim, i });
  }
  take(rows: Tensor): Tensor {
    return noted(made("take", this.#handle, need(rows, "take")), "take", [this, rows]);
  }
  gather(dim: number, index: Tensor): Tensor {
    return noted(made("gather", this.#handle, dim, need(index, "gather")), "gather", [this, index], { dim });
  }
  oneHot(classes: number): Tensor {
    return made("oneHot", this.#handle, classes);
  }

  add_(o: Arg): this {
    return inPlace(this, "add_", "add", o);
  }
  sub_(o: Arg): this {
    return inPlace(this, "sub_", "sub", o);
  }
  mul_(o: Arg): this {
    return inPlace(this, "mul_", "mul", o);
  }
  div_(o: Arg): this {
    return inPlace(this, "div_", "div", o);
  }
  zero_(): this {
    mayChange(this, "zero_");
    rebind(this, host.record("zeroInto", callers(), this.#handle));
    return this;
  }
  copy_(o: Tensor): this {
    mayChange(this, "copy_");
    rebind(this, host.record("copyInto", callers(), this.#handle, need(o, "copy_")));
    return this;
  }

  requiresGrad_(on = true): this {
    this.#wanted = on;
    return this;
  }
  /** Whether `backward` leaves a gradient here, or passes one on. */
  get requiresGrad(): boolean {
    return this.#wanted || this.#step !== null;
  }
  /** What `backward` computed. */
  get grad(): Tensor | null {
    return this.#grad;
  }
  backward(): void {
    tape.backward(this);
  }

  item(): number {
    return host.item(this.#handle);
  }
  toArray(): Float32Array {
    return new Float32Array(host.values(this.#handle));
  }
  toString(): string {
    return host.text(this.#handle);
  }
  toJSON(): string {
    return this.toString();
  }
  /** JavaScript's operators would make NaN of a tensor, or text. @throws {TypeError} Wherever no text is wanted. */
  [Symbol.toPrimitive](wanted: string): string {
    if (wanted === "string") return this.toString();
    const [operators, methods] =
      wanted === "number"
        ? ["* / - ** < >", "a.mul(b), a.div(b), a.sub(b), a.pow(b), a.lt(b), a.gt(b)"]
        : ["+ and ==", "a.add(b), a.eq(b)"];
    throw new TypeError(
      `JavaScript's operators (${operators}) do not compute with tensors: write ${methods}; ` +
        (wanted === "number" ? "a single number comes by .item()" : "in a text write `${a}`"),
    );
  }
}

export { handleOf, isSpent, isTensor, list, rebind, setByHand, setGrad, setStep, spend, stepOf };

/** A tensor of a handle; only the language's own files have handles. */
export const wrap = (handle: Handle): Tensor => new Tensor(KEY, handle);

/** The handle of a tensor or the number itself. @throws {TypeError} If it is neither. */
export function operand(value: Arg): Handle | number {
  if (typeof value === "number") return value;
  if (isTensor(value)) return handleOf(value);
  throw new TypeError(`expected a tensor or a number, got ${value === null ? "null" : typeof value}`);
}

/** @throws {TypeError} If it is no tensor. */
export function need(value: Tensor, method: string): Handle {
  if (isTensor(value)) return handleOf(value);
  throw new TypeError(`.${method}(): expected a tensor, got ${value === null ? "null" : typeof value}`);
}

/** Records one operation. */
export const made = (method: string, ...operands: (Handle | number | string | undefined)[]): Tensor =>
  wrap(host.record(method, callers(), ...operands));

/** Lets autograd know how a result came about. */
export function noted(
  out: Tensor,
  method: string,
  inputs: readonly (Arg | undefined)[],
  options?: unknown,
): Tensor {
  if (tape.on) tape.note(out, method, inputs, options);
  return out;
}

const unary = (method: string, x: Tensor): Tensor => noted(made(method, handleOf(x)), method, [x]);

/** One of the two must be a tensor. */
export const binary = (method: string, a: Arg, b: Arg): Tensor =>
  noted(made(method, operand(a), operand(b)), method, [a, b]);

function reduced(method: string, x: Tensor, o: Reduce & { readonly correction?: number }): Tensor {
  needReduceOptions(method, o, isTensor(o));
  return noted(
    made(method, handleOf(x), axes(o.dim), o.keepdim === true ? 1 : 0, o.correction),
    method,
    [x],
    o,
  );
}

function mayChange(tensor: Tensor, method: string): void {
  if (tape.on && tensor.requiresGrad) {
    throw new TypeError(
      `.${method}(): this tensor requires a gradient, and changing it in place would be lost on backward(). ` +
        `Change it inside noGrad(() => …), as optimisers do`,
    );
  }
}

function inPlace<T extends Tensor>(tensor: T, name: string, method: string, o: Arg): T {
  mayChange(tensor, name);
  rebind(tensor, host.record("inPlace", callers(), method, handleOf(tensor), operand(o)));
  return tensor;
}
