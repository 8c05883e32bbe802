import { formulasOf } from "./activation.ts";
import { asShown } from "./formula.ts";
import { callers, host } from "./host.ts";
import {
  BatchNorm1d,
  Dropout,
  LayerNorm,
  Linear,
  Module,
  ReLU,
  Residual,
  Sequential,
  Sigmoid,
  Tanh,
} from "./nn.ts";

/** A layer as a network's spec says it; `out` is a linear layer's width for the number of values that come in. */
interface Part {
  readonly type: string;
  readonly out?: number;
  readonly layers?: readonly Part[];
  readonly [setting: string]: unknown;
}

const SUPPORTED =
  "nn.Linear, nn.ReLU, nn.Tanh, nn.Sigmoid, nn.BatchNorm1d, nn.LayerNorm, nn.Dropout, nn.Residual, nn.Sequential, " +
  "and what activation(…) has defined";
/** Widths that come in: of the first two the formula of each width is made, which must hold for the others too. */
const [FIRST, SECOND, THIRD, ODD] = [48, 96, 144, 101];

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
      if (this.width !== before) {
        this.#fail(`nn.Residual takes ${before} values and gives ${this.width}: both must be equal`);
      }
      return [{ type: "residual", layers }];
    }
    return this.#fail(
      `${module.constructor.name} has a forward of its own. It can be made of ${SUPPORTED}; ` +
        "anything else is trained in the notebook, by the tape",
    );
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
    const { layers, out, ...settings } = part;
    const same = stringify(settings);
    if (alike.some(({ layers: _inner, out: _width, ...others }) => stringify(others) !== same)) differ();
    if (layers !== undefined) {
      return {
        ...settings,
        layers: generalised(
          name,
          alike.map((one) => one.layers ?? []),
        ),
      };
    }
    if (out === undefined) return settings;
    const [a = 0, b = 0, c = 0, d = 0] = alike.map((one) => one.out ?? 0);
    return { ...settings, out: widthOf([a, b, c, d]) ?? differ() };
  });
}

/**
 * Defines a layer under a name that other views offer, made of the lab's own layers and of activations that a notebook
 * has defined: `make` gives the module for the number of values that come in.
 */
export function ownLayer(name: string, make: (features: number) => Module): (features: number) => Module {
  if (typeof name !== "string" || typeof make !== "function") {
    throw new TypeError(
      'ownLayer(): expected a name and a function, ownLayer("block", (n) => new nn.Sequential(new nn.Linear(n, n), new nn.ReLU()))',
    );
  }
  const made = [FIRST, SECOND, THIRD, ODD].map((width) => new Walk(name, width).parts(make(width)));
  host.defineLayer(name, stringify(generalised(name, made)), callers());
  const layer = (features: number): Module => make(features);
  defineProperty(layer, "name", { value: name });
  return asShown(freeze(layer));
}
