import { noGrad } from "./autograd.ts";
import { host } from "./host.ts";
import { LayerNorm, Linear, Module, Sequential } from "./nn.ts";
import { handleOf, list, made, setByHand, setStep, tape, type Tensor } from "./tensor.ts";

/** Goes back through a layer: `y.g` is there, it sets `x.g` and the `.g` of the layer's parameters. */
export type LayerBackward<M extends Module = Module> = (layer: M, x: Tensor, y: Tensor) => void;

/** A parameter by where it stands in the layer, and by what a network's spec calls it. */
interface Learned {
  /** "weight", "layers[0].weight". */
  readonly path: string;
  /** "w", "b", "gain" or "shift". */
  readonly sort: string;
  readonly tensor: Tensor;
}

// A cell may replace the global names; the language goes on with those it began with.
const { defineProperty } = Object;

/** What a layer learns, in the order of its layers. */
function learnedOf(module: unknown, path = ""): Learned[] {
  const at = (field: string): string => (path === "" ? field : `${path}.${field}`);
  if (module instanceof Sequential) {
    return module.layers.flatMap((one, place) => learnedOf(one, at(`layers[${place}]`)));
  }
  const sorts = module instanceof Linear ? ["w", "b"] : module instanceof LayerNorm ? ["gain", "shift"] : [];
  if (!(module instanceof Linear || module instanceof LayerNorm)) return [];
  return [
    { path: at("weight"), sort: sorts[0] ?? "", tensor: module.weight },
    { path: at("bias"), sort: sorts[1] ?? "", tensor: module.bias },
  ];
}

/** w1, b1, gain1, shift1, w2, …: each sort is counted by itself. */
function namesOf(learned: readonly Learned[]): string[] {
  const counts: Record<string, number> = { w: 0, b: 0, gain: 0, shift: 0 };
  return learned.map(({ sort }) => `${sort}${(counts[sort] = (counts[sort] ?? 0) + 1)}`);
}

/** A layer whose gradients come from a function of its writer's. */
export class OwnBackwardLayer extends Module {
  readonly body: Module;
  readonly #name: string;
  readonly #backward: LayerBackward;

  constructor(name: string, body: Module, backward: LayerBackward) {
    super();
    this.body = body;
    this.#name = name;
    this.#backward = backward;
    // As fields of its own, checkLayer finds them.
    for (const { path, tensor } of learnedOf(body)) {
      defineProperty(this, path, { value: tensor, enumerable: true });
    }
  }

  override forward(x: Tensor): Tensor {
    const inputs = [x, ...this.parameters()];
    if (!tape.on || !inputs.some(({ requiresGrad }) => requiresGrad)) return this.body.call(x);
    const made = noGrad(() => this.body.call(x));
    const out = made === x ? x.clone() : made;
    setStep(out, { inputs, rule: (g) => this.#gradients({ x, inputs, out, g }) });
    return out;
  }

  /** Sets x.g and the .g of the parameters, from out.g. */
  backward(out: Tensor, x: Tensor): void {
    if (out.g === null) {
      throw new TypeError(`${this.#name}.backward(): out.g is not set; it is the gradient of what comes out`);
    }
    noGrad(() => this.#backward(this.body, x, out));
  }

  /** What the function sets for x and the parameters; what stood there before stands there again. */
  #gradients({
    x,
    inputs,
    out,
    g,
  }: {
    readonly x: Tensor;
    readonly inputs: readonly Tensor[];
    readonly out: Tensor;
    readonly g: Tensor;
  }): (Tensor | null)[] {
    const before = inputs.map((one) => one.g);
    for (const one of inputs) setByHand(one, null);
    setByHand(out, g);
    try {
      this.#backward(this.body, x, out);
      return inputs.map((one) => one.g);
    } finally {
      inputs.forEach((one, at) => setByHand(one, before[at] ?? null));
      setByHand(out, null);
    }
  }
}

/**
 * The lines of a backward that goes back through this layer, from a run on tensors that have no values yet.
 *
 * @throws What the function threw, and {TypeError} if it leaves a gradient out.
 */
export function backwardLines(
  what: string,
  backward: LayerBackward,
  body: Module,
  { rows, inputs, outputs }: { readonly rows: number; readonly inputs: number; readonly outputs: number },
): string {
  const learned = learnedOf(body);
  for (const { tensor } of learned) setByHand(tensor, null);
  host.formulaBegin();
  try {
    const x = made("full", list([rows, inputs]), 0, "x");
    const y = made("full", list([rows, outputs]), 0, "y");
    const dy = made("full", list([rows, outputs]), 0, "y.g");
    setByHand(y, dy);
    noGrad(() => backward(body, x, y));
    const wanted = [
      { path: "x", tensor: x },
      ...learned.map(({ path, tensor }) => ({ path: `layer.${path}`, tensor })),
    ];
    const gradients = wanted.map(({ path, tensor }) => {
      if (tensor.g === null) {
        const all = wanted.map((one) => `${one.path}.g`).join(", ");
        throw new TypeError(`it leaves ${path}.g unset; from y.g it must set ${all}`);
      }
      if (list(tensor.g.shape) === list(tensor.shape)) return tensor.g;
      throw new TypeError(
        `it sets ${path}.g to a tensor of (${tensor.g.shape.join(", ")}), and ${path} is (${tensor.shape.join(", ")}): a gradient has the shape of its tensor`,
      );
    });
    const given = [x, y, dy, ...learned.map(({ tensor }) => tensor)];
    return host.layerBackward(
      namesOf(learned).join("\n"),
      ...given.map(handleOf),
      ...gradients.map(handleOf),
    );
  } catch (error) {
    if (error instanceof Error) error.message = `${what}: ${error.message}`;
    throw error;
  } finally {
    host.formulaEnd();
    for (const { tensor } of learned) setByHand(tensor, null);
  }
}
