import fc from "fast-check";
import {
  BINARY_FUNCTIONS,
  operandsOf,
  UNARY_FUNCTIONS,
  type GenericOp,
  type MapFunction,
  type MapStep,
  type StridedView,
} from "../../../src/core/ops/generic-op.ts";
import type { DType } from "../../../src/core/ops/op.ts";
import { countOf, denseStrides } from "../../../src/core/ops/strides.ts";

/** A tensor of a random program; its number names it. */
export interface ProgramTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** What it holds before the program runs; NaN where none are given. */
  readonly values: readonly number[] | null;
}

export interface GenericProgram {
  readonly tensors: readonly ProgramTensor[];
  readonly ops: readonly GenericOp<number>[];
}

/** The ops over other names for the tensors. */
export function renamed<T>(op: GenericOp<number>, tensors: readonly T[]): GenericOp<T> {
  const view = ({ tensor, ...rest }: StridedView<number>): StridedView<T> => ({
    ...rest,
    tensor: tensors[tensor],
  });
  switch (op.op) {
    case "map":
    case "reduce":
      return { ...op, inputs: op.inputs.map(view), out: tensors[op.out] };
    case "copy":
      return { ...op, x: view(op.x), out: view(op.out) };
    case "take":
      return {
        ...op,
        x: view(op.x),
        indices: view(op.indices),
        out: tensors[op.out],
        outside: tensors[op.outside],
      };
    case "scatterAdd":
      return {
        ...op,
        g: view(op.g),
        indices: view(op.indices),
        out: tensors[op.out],
        outside: tensors[op.outside],
      };
    case "draw":
      return { ...op, out: tensors[op.out] };
  }
}

/** Functions whose float32 result is the float64 one, rounded. */
const EXACT: readonly MapFunction[] = [
  "neg",
  "abs",
  "sign",
  "sqrt",
  "square",
  "where",
  ...BINARY_FUNCTIONS.filter((fn) => fn !== "pow"),
];
/** All others are the last step only: what follows could magnify their rounding without bound. */
const ROUNDED: readonly MapFunction[] = ["pow", ...UNARY_FUNCTIONS.filter((fn) => !EXACT.includes(fn))];

type Generator = fc.GeneratorValue;

/** Draws programs: shapes, broadcasts, permutations, slices with steps, expressions. */
export class ProgramGenerator {
  readonly #g: Generator;
  readonly #tensors: ProgramTensor[] = [];

  constructor(g: Generator) {
    this.#g = g;
  }

  program(exact: boolean): GenericProgram {
    const ops = Array.from({ length: this.#int(1, 3) }, () => this.#op(exact));
    return { tensors: this.#tensors, ops };
  }

  #int(min: number, max: number): number {
    return this.#g(fc.integer, { min, max });
  }

  #pick<E>(values: readonly E[]): E {
    return values[this.#int(0, values.length - 1)];
  }

  #add(shape: readonly number[], values: readonly number[] | null, dtype: DType = "float32"): number {
    return this.#tensors.push({ shape, dtype, values }) - 1;
  }

  /** Small ones, tall ones and ones of more than a block; sometimes few long rows. */
  #shape(): number[] {
    const shape = Array.from({ length: this.#int(0, 4) }, () => this.#int(1, 6));
    const large = this.#int(0, 5);
    if (large === 0 && shape.length > 0) shape[0] = this.#int(30, 400);
    if (large === 1 && shape.length > 0) shape[shape.length - 1] = this.#int(30, 3000);
    if (large === 2) return [this.#int(1, 3), this.#int(3000, 9001)];
    if (large === 3) return [this.#int(40, 90), this.#int(1, 4), this.#int(60, 130)];
    return shape;
  }

  #values(count: number): number[] {
    const seed = this.#int(0, 1000);
    return Array.from({ length: count }, (_, i) => {
      const value = Math.round(Math.sin((i + seed) * 12.9898) * 24) / 8;
      return (i + seed) % 61 === 60 ? this.#special(i) : value;
    });
  }

  #special(i: number): number {
    return [NaN, Infinity, -Infinity, -0][i % 4];
  }

  /** A view of a new tensor: permuted, repeated, cut out with steps, or as it lies. */
  #view(shape: readonly number[], valuesOf = (count: number) => this.#values(count)): StridedView<number> {
    if (this.#int(0, 2) === 0) {
      return { tensor: this.#add(shape, valuesOf(countOf(shape))), offset: 0, strides: denseStrides(shape) };
    }
    const order = shape.map((_, d) => d);
    if (this.#int(0, 2) === 0) order.reverse();
    const repeated = shape.map(() => this.#int(0, 2) === 0);
    const steps = shape.map(() => this.#pick([1, 1, 1, 2]));
    const before = shape.map(() => this.#pick([0, 0, 1]));
    const sizes = order.map((d) => (repeated[d] ? 1 : before[d] + shape[d] * steps[d]));
    const dense = denseStrides(sizes);
    const strides = new Array<number>(shape.length).fill(0);
    let offset = 0;
    order.forEach((d, place) => {
      if (repeated[d]) return;
      strides[d] = dense[place] * steps[d];
      offset += dense[place] * before[d];
    });
    const tensor = this.#add(sizes.length === 0 ? [1] : sizes, valuesOf(countOf(sizes)));
    return { tensor, offset, strides };
  }

  #steps(inputs: number, exact: boolean): MapStep[] {
    const steps: MapStep[] = [];
    const push = (): void => {
      steps.push(
        inputs > 0 && this.#int(0, 4) > 0
          ? { input: this.#int(0, inputs - 1) }
          : { value: this.#pick([0, 1, 2, -0.5, 0.1, 3]) },
      );
    };
    let depth = 0;
    const functions = this.#int(0, exact ? 8 : 2);
    for (let count = 0; count < functions; count++) {
      const fn = this.#pick(EXACT);
      for (; depth < operandsOf(fn); depth++) push();
      if (this.#int(0, 3) === 0 && depth < 4) {
        push();
        depth++;
      }
      steps.push({ fn });
      depth -= operandsOf(fn) - 1;
    }
    if (depth === 0) {
      push();
      depth = 1;
    }
    for (; depth > 1; depth--) steps.push({ fn: this.#pick(["add", "maximum", "mul"]) });
    if (!exact) {
      const fn = this.#pick(ROUNDED);
      if (operandsOf(fn) === 2) push();
      steps.push({ fn });
    }
    return steps;
  }

  #mapped(exact: boolean): Pick<GenericOp<number, "map">, "shape" | "inputs" | "steps"> {
    const shape = this.#shape();
    const inputs = Array.from({ length: this.#int(0, 3) }, () => this.#view(shape));
    return { shape, inputs, steps: this.#steps(inputs.length, exact) };
  }

  #out(shape: readonly number[]): number {
    return this.#add(shape.length === 0 ? [1] : shape, null);
  }

  #op(exact: boolean): GenericOp<number> {
    const name = this.#pick([
      "map",
      "map",
      "reduce",
      "reduce",
      "copy",
      "take",
      "scatterAdd",
      "draw",
    ] as const);
    switch (name) {
      case "map": {
        const mapped = this.#mapped(exact);
        return { op: name, ...mapped, out: this.#out(mapped.shape) };
      }
      case "reduce": {
        const mapped = this.#mapped(exact);
        const axes = mapped.shape.map((_, d) => d).filter(() => this.#int(0, 1) === 1);
        // Which of two rounded numbers is larger may honestly differ.
        const kinds = [
          "sum",
          "sum",
          "max",
          "min",
          ...(exact ? (["argmax", "argmin"] as const) : []),
        ] as const;
        const kind = this.#pick(kinds);
        const out = this.#out(mapped.shape.filter((_, d) => !axes.includes(d)));
        return { op: name, kind, ...mapped, axes, scale: kind === "sum" ? this.#pick([1, 0.25]) : 1, out };
      }
      case "copy": {
        const shape = this.#shape();
        const out = this.#view(shape);
        // A target that is repeated would be written twice: it lies as it is instead.
        const single = out.strides.every((stride, d) => stride > 0 || shape[d] === 1);
        const target = single ? out : { tensor: this.#out(shape), offset: 0, strides: denseStrides(shape) };
        return { op: name, shape, x: this.#view(shape), out: target };
      }
      case "take":
      case "scatterAdd":
        return this.#picking(name);
      case "draw": {
        const [seed, stream, draw] = [this.#int(0, 9), this.#int(0, 9), this.#int(0, 9)];
        const distribution = this.#pick(["normal", "uniform", "permutation"] as const);
        return { op: name, distribution, seed, stream, draw, out: this.#out(this.#shape()) };
      }
    }
  }

  #picking(name: "take" | "scatterAdd"): GenericOp<number> {
    const shape = this.#shape();
    const axisSize = this.#int(1, 9);
    const indices = this.#view(shape, (count) => {
      const wrong = this.#int(0, 3) === 0;
      return Array.from({ length: count }, (_, i) =>
        wrong && i % 7 === 3 ? [NaN, -1, 0.5, axisSize][i % 4] : (i * 5) % axisSize,
      );
    });
    const outside = this.#add([1], null, "float64");
    // The picked tensor has the axis in front, or one element of it for each index of the space behind.
    const inner = denseStrides(shape);
    const across = this.#int(0, 1) === 0;
    const rest = countOf(shape);
    const axisStride = across ? rest : 1;
    const strides = across ? inner : inner.map((stride) => stride * axisSize);
    const picked = [axisSize, rest];
    if (name === "take") {
      const tensor = this.#add(picked, this.#values(axisSize * rest));
      const x = { tensor, offset: 0, strides: this.#int(0, 3) === 0 ? shape.map(() => 0) : strides };
      return { op: name, shape, x, axisStride, axisSize, indices, out: this.#out(shape), outside };
    }
    const outStrides = this.#int(0, 2) === 0 ? shape.map(() => 0) : strides;
    return {
      op: name,
      shape,
      g: this.#view(shape),
      indices,
      out: this.#add(picked, null),
      outStrides,
      axisStride,
      axisSize,
      outside,
    };
  }
}
