import type { Checks } from "./checks.ts";
import {
  MAP_FUNCTIONS,
  MAP_INPUTS,
  MAX_RANK,
  operandsOf,
  type GenericOpName,
  type GenericOpParams,
  type MapStep,
  type StridedView,
} from "./generic-op.ts";
import { countOf, isDense, reachOf } from "./strides.ts";
import type { TensorLike } from "./tensor-like.ts";

const wholeBelow = (value: number, limit: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < limit;

const words = (shape: readonly number[]): string => `(${shape.join(", ")})`;

function checkSpace(check: Checks, shape: readonly number[]): void {
  check.range("rank", shape.length <= MAX_RANK, `to be at most ${MAX_RANK}`, shape.length);
  const whole = shape.every((size) => Number.isInteger(size) && size >= 1);
  check.range("shape", whole, "to hold whole sizes of at least 1", words(shape));
  check.range("number of elements", countOf(shape) < 2 ** 31, "to be below 2³¹", countOf(shape));
}

function checkView(
  check: Checks,
  role: string,
  view: StridedView<TensorLike>,
  shape: readonly number[],
): void {
  const { tensor, offset, strides } = view;
  check.dtype(role, tensor, "float32");
  check.range(
    `strides of ${role}`,
    strides.length === shape.length,
    `for each of ${shape.length} dimensions`,
    words(strides),
  );
  const whole = [offset, ...strides].every((value) => Number.isSafeInteger(value));
  check.range(
    `offset and strides of ${role}`,
    whole,
    "to be whole numbers",
    `${offset} and ${words(strides)}`,
  );
  const { lowest, highest } = reachOf(view, shape);
  const size = countOf(tensor.shape);
  check.range(
    `${role} "${tensor.name}"`,
    lowest >= 0 && highest < size,
    `to be read within its ${size} elements`,
    `elements ${lowest} to ${highest}`,
  );
}

function checkOut(check: Checks, out: TensorLike, elements: number): void {
  check.dtype("out", out, "float32");
  const size = countOf(out.shape);
  check.range(`out "${out.name}"`, size === elements, `to hold ${elements} elements`, size);
}

function checkSteps(check: Checks, steps: readonly MapStep[], inputs: number): void {
  let [depth, functions] = [0, 0];
  for (const step of steps) {
    if ("input" in step) {
      check.range("a step's input", wholeBelow(step.input, inputs), `below ${inputs}`, step.input);
      depth++;
    } else if ("value" in step) {
      depth++;
    } else {
      const operands = operandsOf(step.fn);
      check.range(`operands before ${step.fn}`, depth >= operands, `to be ${operands}`, depth);
      depth -= operands - 1;
      functions++;
    }
  }
  check.range("one result of the steps", depth === 1, "to be left", depth);
  check.range("functions", functions <= MAP_FUNCTIONS, `to be at most ${MAP_FUNCTIONS}`, functions);
}

type Mapped = Pick<GenericOpParams<TensorLike>["map"], "shape" | "inputs" | "steps">;

function checkMapped(check: Checks, { shape, inputs, steps }: Mapped): void {
  checkSpace(check, shape);
  check.range("inputs", inputs.length <= MAP_INPUTS, `to be at most ${MAP_INPUTS}`, inputs.length);
  inputs.forEach((view, index) => {
    checkView(check, `input ${index}`, view, shape);
  });
  checkSteps(check, steps, inputs.length);
}

/** Every element is written once at most: sorted by size, each step passes over all that the smaller ones reach. */
function writesOnce({ strides }: StridedView<TensorLike>, shape: readonly number[]): boolean {
  const steps = strides
    .map((stride, d) => ({ stride, size: shape[d] }))
    .filter(({ size }) => size > 1)
    .sort((one, other) => one.stride - other.stride);
  let reached = 0;
  for (const { stride, size } of steps) {
    if (stride <= reached) return false;
    reached += stride * (size - 1);
  }
  return true;
}

interface Picking {
  readonly shape: readonly number[];
  readonly indices: StridedView<TensorLike>;
  readonly axisStride: number;
  readonly axisSize: number;
  readonly out: TensorLike;
  readonly outside: TensorLike;
}

/** What take and scatterAdd share; `moved` must reach all of the axis within `size` elements. */
function checkPicking(
  check: Checks,
  { shape, indices, axisStride, axisSize, out, outside }: Picking,
  moved: {
    readonly role: string;
    readonly offset: number;
    readonly strides: readonly number[];
    size: number;
  },
): void {
  checkView(check, "indices", indices, shape);
  check.range("axisSize", Number.isInteger(axisSize) && axisSize >= 1, "to be at least 1", axisSize);
  check.range("axisStride", Number.isSafeInteger(axisStride), "to be a whole number", axisStride);
  const reach = reachOf({ offset: moved.offset, strides: [...moved.strides, axisStride] }, [
    ...shape,
    axisSize,
  ]);
  check.range(
    `${moved.role} with all of the axis`,
    reach.lowest >= 0 && reach.highest < moved.size,
    `to be within ${moved.size} elements`,
    `elements ${reach.lowest} to ${reach.highest}`,
  );
  check.distinct("out", out, "indices", indices.tensor);
  check.dtype("outside", outside, "float64");
  check.shape("outside", outside, [1]);
}

const below2To32 = (check: Checks, values: Readonly<Record<string, number>>): void => {
  for (const [role, value] of Object.entries(values)) {
    check.range(role, wholeBelow(value, 2 ** 32), "to be a whole number below 2³²", value);
  }
};

/** Shape rules of the tensor language's ops. */
export const GENERIC_CHECKS = {
  map: (op, check) => {
    checkMapped(check, op);
    checkOut(check, op.out, countOf(op.shape));
    op.inputs.forEach((view, index) => {
      if (!isDense(view, op.shape)) check.distinct("out", op.out, `input ${index}`, view.tensor);
    });
  },
  reduce: (op, check) => {
    checkMapped(check, op);
    const { axes, shape, kind, scale } = op;
    const distinct =
      new Set(axes).size === axes.length && axes.every((axis) => wholeBelow(axis, shape.length));
    check.range("axes", distinct, `to be different ones below ${shape.length}`, words(axes));
    check.range("scale", Number.isFinite(scale), "to be finite", scale);
    check.range("scale", kind === "sum" || scale === 1, `of ${kind} to be 1`, scale);
    checkOut(check, op.out, countOf(shape.filter((_, d) => !axes.includes(d))));
    op.inputs.forEach((view, index) => {
      check.distinct("out", op.out, `input ${index}`, view.tensor);
    });
  },
  copy: ({ shape, x, out }, check) => {
    checkSpace(check, shape);
    checkView(check, "x", x, shape);
    checkView(check, "out", out, shape);
    check.range("strides of out", writesOnce(out, shape), "to meet each element once", words(out.strides));
    check.distinct("out", out.tensor, "x", x.tensor);
  },
  take: (op, check) => {
    checkSpace(check, op.shape);
    checkView(check, "x", op.x, op.shape);
    checkOut(check, op.out, countOf(op.shape));
    check.distinct("out", op.out, "x", op.x.tensor);
    const { tensor, offset, strides } = op.x;
    checkPicking(check, op, { role: `x "${tensor.name}"`, offset, strides, size: countOf(tensor.shape) });
  },
  scatterAdd: (op, check) => {
    checkSpace(check, op.shape);
    checkView(check, "g", op.g, op.shape);
    check.dtype("out", op.out, "float32");
    const { shape, outStrides } = op;
    check.range(
      "outStrides",
      outStrides.length === shape.length,
      `for each of ${shape.length} dimensions`,
      words(outStrides),
    );
    check.distinct("out", op.out, "g", op.g.tensor);
    checkPicking(check, op, {
      role: `out "${op.out.name}"`,
      offset: 0,
      strides: outStrides,
      size: countOf(op.out.shape),
    });
  },
  draw: ({ seed, stream, draw, out, distribution }, check) => {
    check.dtype("out", out, "float32");
    below2To32(check, { seed, stream, draw });
    const size = countOf(out.shape);
    const fits = distribution !== "permutation" || size <= 2 ** 24;
    check.range("elements of a permutation", fits, "to be at most 2²⁴, exact in float32", size);
  },
} satisfies { [K in GenericOpName]: (params: GenericOpParams<TensorLike>[K], check: Checks) => void };
