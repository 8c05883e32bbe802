import { batchOf, differencesOf, needOptions, type Batch, type CheckOptions } from "./check-options.ts";
import { rand, randn, tensor, zeros } from "./functions.ts";
import { callers, host } from "./host.ts";
import { checking, handleOf, isTensor, rebind, wrap, type Arg, type Tensor } from "./tensor.ts";

/** Something that was claimed does not hold. */
export class AssertionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AssertionError";
  }
}

/** A condition of a cell. @throws {TypeError} If it is a tensor, which JavaScript takes for true whatever it holds. */
export function condition<T>(value: T): T {
  if (!isTensor(value)) return value;
  throw new TypeError(
    "a tensor is no condition: JavaScript takes it for true whatever it holds. For each element write " +
      "where(z.gt(0), yes, no) or z.gt(0).mul(…); for a single number z.item() > 0",
  );
}

/** Ends the cell unless the condition holds. */
export function assert(claim: unknown, message = "assertion failed"): asserts claim {
  if (!condition(claim)) throw new AssertionError(message);
}

/** Ends the cell unless |a − b| ≤ atol + rtol · |b| for every element. */
export function assertClose(
  a: Arg,
  b: Arg,
  { rtol = 1e-3, atol = 1e-5 }: { readonly rtol?: number; readonly atol?: number } = {},
): void {
  const given = (value: Arg) => handleOf(isTensor(value) ? value : tensor(value));
  const differs = host.compare(given(a), given(b), rtol, atol);
  if (differs !== "") throw new AssertionError(`assertClose: ${differs}`);
}

/** What a check found; the cell shows it in full. */
export interface Report {
  readonly passed: boolean;
  readonly loss: number;
  readonly gradients: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly relNorm: number;
  }[];
  /** The cell has shown it already. */
  readonly quiet: true;
}

const report = (json: string): Report =>
  Object.freeze({ ...(JSON.parse(json) as Report), quiet: true as const });

interface Asked {
  readonly kind: "check" | "checkLayer";
  /** Coordinates of a tensor; Infinity for all. */
  readonly differences: number;
  readonly batch: Batch;
}

/** Runs f with everything taken down, and looks at the gradients that it set. */
function checked(
  { kind, differences, batch }: Asked,
  f: () => Tensor,
  of: Readonly<Record<string, Tensor>>,
): Report {
  const names = Object.keys(of);
  const tensors = Object.values(of);
  for (const [at, one] of tensors.entries()) {
    if (!isTensor(one)) throw new TypeError(`${kind}(): ${names[at] ?? ""} is no tensor`);
  }
  const stack = callers();
  const all = [...new Set([...batch.cut.keys(), ...tensors])];
  const kept = all.map((one) => ({ one, own: handleOf(one), g: one.g }));
  // A bias of zeros hides mistakes: before it and after it are the same. It is moved a little, and put back.
  const others = all.map((one) => {
    const cut = batch.cut.get(one);
    const taken = cut ?? one;
    const moved = tensors.includes(one) ? host.movedZeros(handleOf(taken)) : undefined;
    return moved ?? (cut === undefined ? undefined : handleOf(cut));
  });
  const changed = others.some((other) => other !== undefined);
  host.checkBegin();
  for (const [at, { one }] of kept.entries()) {
    const other = others[at];
    if (other !== undefined) rebind(one, other);
  }
  checking.on = true;
  try {
    const loss = f();
    checking.on = false;
    if (!isTensor(loss))
      throw new TypeError(`${kind}(): the function must return the loss, a tensor of one number`);
    const { rows, of: ofRows } = batch;
    const asked = [kind, handleOf(loss), names.join("\n"), differences, rows, ofRows, stack] as const;
    return report(host.checkEnd(...asked, ...tensors.map(handleOf)));
  } finally {
    checking.on = false;
    host.checkCancel();
    for (const [at, { one, own, g }] of kept.entries()) {
      if (others[at] !== undefined) rebind(one, own);
      // What was computed from other values is not what f gives.
      if (changed) one.g = g;
    }
  }
}

/**
 * Runs f, which computes a loss and sets `.g` by hand, and compares each gradient with the float64 derivative of what f
 * itself computed. Names the mistake and its line where it can.
 */
export function check(
  f: () => Tensor,
  of: Readonly<Record<string, Tensor>>,
  options: CheckOptions = {},
): Report {
  if (typeof f !== "function") throw new TypeError("check(): expected a function that returns the loss");
  needOptions("check", options);
  const differences = differencesOf("check", options.differences);
  return checked({ kind: "check", differences, batch: batchOf("check", options) }, f, of);
}

export interface Layer {
  forward(...inputs: Tensor[]): Tensor;
  backward(out: Tensor, ...inputs: Tensor[]): void;
}

/** The layer's own tensors: fields, and fields of arrays. */
function parametersOf(layer: Layer, inputs: readonly Tensor[]): Record<string, Tensor> {
  const found: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(layer)) {
    if (isTensor(value) && !inputs.includes(value)) found[name] = value;
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) {
        if (isTensor(item) && !inputs.includes(item)) found[`${name}[${at}]`] = item;
      }
    }
  }
  return found;
}

/**
 * Checks a layer's backward pass on these inputs: with a random gradient coming in, with one row, with some inputs 0,
 * with a gradient of zeros, and with the output used twice.
 */
export function checkLayer(
  layer: Layer,
  inputs: readonly Tensor[] | Readonly<Record<string, Tensor>>,
  options: Pick<CheckOptions, "differences"> = {},
): Report {
  needOptions("checkLayer", options, ["differences"]);
  const differences = differencesOf("checkLayer", options.differences);
  const asked = { kind: "checkLayer", differences, batch: batchOf("checkLayer", {}) } as const;
  const names = Array.isArray(inputs) ? inputs.map((_x, at) => `input${at}`) : Object.keys(inputs);
  const given = Object.values<Tensor>(inputs);
  if (typeof layer?.forward !== "function" || typeof layer.backward !== "function") {
    throw new TypeError("checkLayer(): the layer needs forward(…inputs) and backward(out, …inputs)");
  }
  const once = (rows: readonly Tensor[], how: "once" | "twice" | "nothing" = "once"): Report => {
    // A tensor that the layer keeps would otherwise count as its parameter.
    const parameters = parametersOf(layer, rows);
    const of: Record<string, Tensor> = {
      ...Object.fromEntries(rows.map((x, at) => [names[at] ?? "", x])),
      ...parameters,
    };
    return checked(
      asked,
      () => {
        const out = layer.forward(...rows);
        if (!isTensor(out)) throw new TypeError("checkLayer(): forward must return a tensor");
        const incoming = how === "nothing" ? zeros(out.shape) : randn(out.shape);
        const used = how === "twice" ? out.mul(incoming).add(out.mul(0.5)) : out.mul(incoming);
        out.g = how === "twice" ? incoming.add(0.5) : incoming;
        layer.backward(out, ...rows);
        return used.sum();
      },
      of,
    );
  };
  const short = given.map((x) => (x.ndim > 0 && (x.shape[0] ?? 1) > 1 ? wrap(handleOf(x.slice(0, 1))) : x));
  // Where inputs are 0 the result may be divided by it, and where nothing comes in nothing may come out.
  const holed = given.map((x) => (x.ndim > 0 ? wrap(handleOf(x.mul(rand(x.shape).gt(0.3)))) : x));
  const passes = [
    () => once(given),
    ...(given.every((x) => x.ndim === 2) ? [() => once(short)] : []),
    () => once(holed),
    () => once(given, "nothing"),
  ];
  for (const pass of passes) {
    const found = pass();
    if (!found.passed) return found;
  }
  return once(given, "twice");
}
