import { formulasOf } from "./activation.ts";
import { asShown, checkPart } from "./formula.ts";
import { callers, host } from "./host.ts";
import {
  BatchNorm1d,
  Dropout,
  LayerNorm,
  Linear,
  Module,
  Product,
  ReLU,
  Residual,
  Sequential,
  Sigmoid,
  Tanh,
} from "./nn.ts";
import { backwardLines, OwnBackwardLayer, type LayerBackward } from "./own-backward.ts";

/** A layer as a network's spec says it; `out` is a linear layer's width for the number of values that come in. */
interface Part {
  readonly type: string;
  readonly out?: number;
  /** Of a residual block. */
  readonly layers?: readonly Part[];
  /** Of a product. */
  readonly left?: readonly Part[];
  readonly right?: readonly Part[];
  readonly [setting: string]: unknown;
}

const SUPPORTED =
  "nn.Linear, nn.ReLU, nn.Tanh, nn.Sigmoid, nn.BatchNorm1d, nn.LayerNorm, nn.Dropout, nn.Residual, nn.Product, nn.Sequential, " +
  "and what activation(…) has defined";
/** Numbers of rows that a backward is tried with, one a width. */
const ROWS = [3, 7, 5, 2];
/** Widths that come in: of the first two the formula of each width is made, which must hold for the others too. */
const WIDTHS = [48, 96, 144, 101] as const;
const [FIRST, SECOND, THIRD] = WIDTHS;
const ODD = WIDTHS[3];

// A cell may replace the global names; the language goes on with those it began with.
const { floor, max } = Math;
const { stringify } = JSON;
const { getPrototypeOf, hasOwn, defineProperty, freeze } = Object;

/** What a module is made of, layer by layer. */
class Walk {
  readonly #name: string;
  readonly #seen = new Set<unknown>();
  width: number;

  constructor(name: string, width: number) {
    this.#name = name;
    this.width = width;
  }

  parts(module: unknown): Part[] {
    const formulas = formulasOf(module);
    if (formulas !== undefined) return [{ type: "own", ...formulas }];
    if (!(module instanceof Module)) {
      this.#fail(
        typeof module === "function"
          ? `a function stands in it; define it by activation("name", …) before`
          : `the second argument must return a module, new nn.Sequential(…), and one of its layers is ${module === null ? "null" : typeof module}`,
      );
    }
    if (this.#seen.has(module))
      this.#fail(`the same ${module.constructor.name} stands in it twice, and would share its weights`);
    this.#seen.add(module);
    if (isPlain(module, Sequential)) return module.layers.flatMap((one) => this.parts(one));
    if (isPlain(module, Linear)) {
      const [out = 0, taken = 0] = module.weight.shape;
      this.#fits("nn.Linear", taken);
      this.width = out;
      return [{ type: "linear", out }];
    }
    if (isPlain(module, ReLU)) return [{ type: "relu" }];
    if (isPlain(module, Tanh)) return [{ type: "tanh" }];
    if (isPlain(module, Sigmoid)) return [{ type: "sigmoid" }];
    if (isPlain(module, Dropout)) return [{ type: "dropout", rate: module.rate }];
    if (isPlain(module, LayerNorm)) {
      const { weight, eps } = module;
      this.#fits("nn.LayerNorm", weight.numel);
      return [{ type: "layerNorm", eps }];
    }
    if (isPlain(module, BatchNorm1d)) {
      const { weight, eps, momentum } = module;
      this.#fits("nn.BatchNorm1d", weight.numel);
      return [{ type: "batchNorm", momentum, eps }];
    }
    if (isPlain(module, Residual)) {
      const before = this.width;
      const layers = this.parts(module.body);
      if (layers.some(({ type }) => type === "residual")) this.#fail("nn.Residual stands in an nn.Residual");
      if (layers.length === 0) this.#fail("nn.Residual holds no layer");
      if (this.width !== before) {
        this.#fail(`nn.Residual takes ${before} values and gives ${this.width}: both must be equal`);
      }
      return [{ type: "residual", layers }];
    }
    if (isPlain(module, Product)) {
      const before = this.width;
      const left = this.#branch(module.left);
      const leftWidth = this.width;
      this.width = before;
      const right = this.#branch(module.right);
      if (left.length + right.length === 0) this.#fail("nn.Product holds no layer");
      if (this.width !== leftWidth) {
        this.#fail(
          `nn.Product multiplies ${leftWidth} values of its left branch by ${this.width} of its right one: both must be as many`,
        );
      }
      return [{ type: "product", left, right }];
    }
    if (module instanceof OwnBackwardLayer) {
      this.#fail("a layer with a backward of its own stands in it, and cannot be part of another");
    }
    return this.#fail(
      `${module.constructor.name} has a forward of its own. It can be made of ${SUPPORTED}; ` +
        "anything else is trained in the notebook, by the tape",
    );
  }

  /** What a branch of a product is made of; `new nn.Sequential()` is what comes in. */
  #branch(module: unknown): Part[] {
    const parts = this.parts(module);
    const block = parts.find(({ type }) => type === "residual" || type === "product");
    if (block !== undefined) {
      this.#fail(
        `${block.type === "product" ? "nn.Product" : "nn.Residual"} stands in an nn.Product, whose branches hold no blocks`,
      );
    }
    return parts;
  }

  #fits(what: string, taken: number): void {
    if (taken !== this.width) this.#fail(`${what} takes ${taken} values where ${this.width} come in`);
  }

  #fail(message: string): never {
    throw new TypeError(`ownLayer("${this.#name}"): ${message}`);
  }
}

/** Whether it is of this very class, and computes as that does. */
const isPlain = <M extends Module>(module: Module, kind: new (...given: never[]) => M): module is M =>
  module instanceof kind &&
  getPrototypeOf(module) === kind.prototype &&
  !hasOwn(module, "forward") &&
  !hasOwn(module, "call");

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** A width as a part of what comes in, ⌊n · times / per⌋ + plus, which gives it at every width tried; null if none does. */
function widthOf([first, second, third, odd]: readonly [number, number, number, number]): unknown {
  const slope = second - first;
  if (slope === 0) return third === first && odd === first ? first : null;
  const shared = divisor(slope < 0 ? -slope : slope, SECOND - FIRST);
  const [times, per] = [slope / shared, (SECOND - FIRST) / shared];
  const plus = first - (FIRST * times) / per;
  const at = (n: number): number => max(1, floor((n * times) / per) + plus);
  return at(THIRD) === third && at(ODD) === odd && times > 0 ? { times, per, plus } : null;
}

const BRANCHES = ["layers", "left", "right"] as const;

/** What a layer is, but for its width and for what it holds. */
const settingsOf = ({ layers: _layers, left: _left, right: _right, out: _out, ...settings }: Part) =>
  settings;

/** The same layers with widths by what comes in, of the layers at each of the widths. */
function generalised(name: string, made: readonly (readonly Part[])[]): readonly unknown[] {
  const [first = []] = made;
  const differ = (): never => {
    throw new TypeError(
      `ownLayer("${name}"): its layers must be the same for every width n that comes in, ` +
        "and their widths fixed numbers, multiples of n, or parts of n rounded down by Math.floor",
    );
  };
  if (made.some(({ length }) => length !== first.length)) differ();
  return first.map((part, at) => {
    const alike = made.map((parts) => parts[at] ?? part);
    const same = stringify(settingsOf(part));
    if (alike.some((one) => stringify(settingsOf(one)) !== same)) differ();
    const settings: Record<string, unknown> = settingsOf(part);
    for (const branch of BRANCHES) {
      if (part[branch] === undefined) continue;
      settings[branch] = generalised(
        name,
        alike.map((one) => one[branch] ?? []),
      );
    }
    if (part.out === undefined) return settings;
    const [a = 0, b = 0, c = 0, d = 0] = alike.map((one) => one.out ?? 0);
    return { ...settings, out: widthOf([a, b, c, d]) ?? differ() };
  });
}

/** Kinds of layers that may stand in one with a backward of its own. */
const WITH_BACKWARD = ["linear", "relu", "tanh", "sigmoid", "own", "layerNorm"];

/** The lines of a backward, which must be the same for every width and number of rows. */
function linesOf(
  name: string,
  backward: LayerBackward,
  made: readonly { readonly module: Module; readonly parts: readonly Part[]; readonly walk: Walk }[],
): string {
  const what = `ownLayer("${name}"), backward`;
  const other = made[0]?.parts.find(({ type }) => !WITH_BACKWARD.includes(type));
  if (other !== undefined) {
    throw new TypeError(
      `${what}: a layer with a backward of its own is made of nn.Linear, nn.LayerNorm and activations, one after another in ` +
        `nn.Sequential; ${other.type} stands in it. Without the third argument the lab derives its gradients`,
    );
  }
  const tried = made.map(({ module, walk }, at) => {
    const [inputs, rows] = [WIDTHS[at] ?? 0, ROWS[at] ?? 0];
    return backwardLines(what, backward, module, { rows, inputs, outputs: walk.width });
  });
  const [first = ""] = tried;
  const differs = tried.find((lines) => lines !== first);
  if (differs === undefined) return first;
  const [mine, theirs] = [first.split("\n"), differs.split("\n")];
  const at = mine.findIndex((line, place) => line !== theirs[place]);
  throw new TypeError(
    `${what}: it does something else for another width or another number of rows: "${mine[at] ?? ""}" here, "${theirs[at] ?? ""}" there. ` +
      "Numbers that depend on either are not taken: write .mean({ dim }) in place of a sum divided by a size",
  );
}

/**
 * Defines a layer under a name that other views offer, made of the lab's own layers and of activations that a notebook
 * has defined: `make` gives the module for the number of values that come in. `backward` goes back through it: from `y.g`
 * it sets `x.g` and the `.g` of the layer's parameters; without it the gradients are derived.
 */
export function ownLayer<M extends Module>(
  name: string,
  make: (features: number) => M,
  backward?: LayerBackward<M>,
): (features: number) => Module {
  checkPart(
    "ownLayer",
    { name, forward: make, backward },
    {
      example: 'ownLayer("block", (n) => new nn.Sequential(new nn.Linear(n, n), new nn.ReLU()))',
      backwardExample: "(layer, x, y) => { x.g = …; layer.weight.g = …; }",
    },
  );
  const made = WIDTHS.map((width) => {
    const [walk, module] = [new Walk(name, width), make(width)];
    return { walk, module, parts: walk.parts(module) };
  });
  const layers = generalised(
    name,
    made.map(({ parts }) => parts),
  );
  // What `make` gives is what `backward` takes.
  const back = backward as LayerBackward | undefined;
  const stack = callers();
  host.defineLayer(
    name,
    stringify(layers),
    back === undefined ? undefined : linesOf(name, back, made),
    stack,
  );
  const layer = (features: number): Module =>
    back === undefined ? make(features) : new OwnBackwardLayer(name, make(features), back);
  defineProperty(layer, "name", { value: name });
  return asShown(freeze(layer));
}
