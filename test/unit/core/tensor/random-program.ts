import fc from "fast-check";
import { BINARY_FUNCTIONS, UNARY_FUNCTIONS } from "../../../../src/core/ops/generic-op.ts";
import { numelOf } from "../../../../src/core/ops/recording-ops.ts";
import { arange, eye, full, tensorOf } from "../../../../src/core/tensor/create.ts";
import { einsum } from "../../../../src/core/tensor/einsum.ts";
import { binary, clamp, unary, where } from "../../../../src/core/tensor/elementwise.ts";
import { gather, oneHot, scatterAlong, scatterRows, take } from "../../../../src/core/tensor/indexing.ts";
import { cat, pad, stack } from "../../../../src/core/tensor/join.ts";
import { matmul } from "../../../../src/core/tensor/products.ts";
import { reduce, softmax } from "../../../../src/core/tensor/reductions.ts";
import { TensorShapeError, TensorSizeError } from "../../../../src/core/tensor/tensor-error.ts";
import type { Recorder, ReduceFunction, TensorNode } from "../../../../src/core/tensor/tensor-node.ts";
import {
  clone,
  detach,
  expand,
  permute,
  reshape,
  select,
  slice,
  squeeze,
  transpose,
  unsqueeze,
} from "../../../../src/core/tensor/views.ts";

/** One step of a random program: an operation, two tensors of those so far, and numbers that it may use. */
export interface Instruction {
  readonly op: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly p: number;
  readonly q: number;
}

const place = fc.nat({ max: 1 << 16 });
export const instruction: fc.Arbitrary<Instruction> = fc.record({
  op: place,
  a: place,
  b: place,
  c: place,
  p: place,
  q: place,
});

const REDUCTIONS: readonly ReduceFunction[] = [
  "sum",
  "mean",
  "variance",
  "std",
  "max",
  "min",
  "argmax",
  "argmin",
  "logSumExp",
];

type Step = (recorder: Recorder, pick: (index: number) => TensorNode, from: Instruction) => TensorNode;

const dimOf = (x: TensorNode, p: number): number => (p % (2 * x.shape.length || 1)) - x.shape.length;

/** Whole numbers that pick from an axis of this size. */
const indicesFor = (recorder: Recorder, shape: readonly number[], size: number, seed: number): TensorNode =>
  tensorOf(
    recorder,
    Float32Array.from({ length: numelOf(shape) }, (_, i) => (i * 7 + seed) % size),
    shape,
  );

/** Operations whose derivative is smooth but for kinks; the others are of whole numbers. */
export const SMOOTH: Readonly<Record<string, Step>> = {
  unary: (r, pick, { a, p }) => unary(r, UNARY_FUNCTIONS[p % UNARY_FUNCTIONS.length] ?? "neg", pick(a)),
  binary: (r, pick, { a, b, p }) =>
    binary(r, BINARY_FUNCTIONS[p % BINARY_FUNCTIONS.length] ?? "add", pick(a), pick(b)),
  arithmetic: (r, pick, { a, b, p }) =>
    binary(r, (["add", "sub", "mul"] as const)[p % 3] ?? "add", pick(a), pick(b)),
  number: (r, pick, { a, p, q }) =>
    binary(r, (["add", "sub", "mul", "div", "maximum"] as const)[p % 5] ?? "add", pick(a), (q % 5) - 1.5),
  where: (r, pick, { a, b, c }) => where(r, binary(r, "gt", pick(a), pick(b)), pick(c), pick(a)),
  clamp: (r, pick, { a, p }) => clamp(r, pick(a), p % 2 === 0 ? { min: -0.25 } : { min: -1, max: 0.625 }),
  relu: (r, pick, { a }) => binary(r, "sub", clamp(r, pick(a), { min: 0 }), 0.5),
  reduce: (r, pick, { a, p, q }) => {
    const x = pick(a);
    const fn = REDUCTIONS[p % REDUCTIONS.length] ?? "sum";
    const dim = q % 3 === 0 ? undefined : q % 3 === 1 ? dimOf(x, q) : [dimOf(x, q), dimOf(x, q + 1)];
    return reduce(r, fn, x, { dim, keepdim: q % 2 === 0, correction: p % 2 });
  },
  softmax: (r, pick, { a, p }) => softmax(r, pick(a), dimOf(pick(a), p)),
  matmul: (r, pick, { a, b }) => matmul(r, pick(a), pick(b)),
  linear: (r, pick, { a, b, c, p }) => {
    const out = binary(r, "add", matmul(r, pick(a), pick(b)), pick(c));
    return p % 2 === 0 ? out : binary(r, "sub", binary(r, "maximum", out, 0), 0.5);
  },
  transposed: (r, pick, { a, b, p }) => {
    const [x, y] = [pick(a), pick(b)];
    return p % 2 === 0 ? matmul(r, transpose(r, x), y) : matmul(r, x, transpose(r, y));
  },
  outer: (r, pick, { a, b }) => {
    const product = binary(r, "mul", unsqueeze(r, pick(a), -1), unsqueeze(r, pick(b), 1));
    return reduce(r, "sum", product, { dim: 0 });
  },
  einsum: (r, pick, { a, b, p }) =>
    einsum(r, ["ik,kj->ij", "ij,ij->i", "i,j->ij", "bij,bjk->bik", "ij,ik->jk"][p % 5] ?? "", [
      pick(a),
      pick(b),
    ]),
  reshape: (r, pick, { a, p }) => reshape(r, pick(a), p % 2 === 0 ? [-1] : [1 + (p % 3), -1]),
  squeeze: (r, pick, { a }) => squeeze(r, pick(a)),
  unsqueeze: (r, pick, { a, p }) => unsqueeze(r, pick(a), p % (pick(a).shape.length + 1)),
  permute: (r, pick, { a, p }) => {
    const rank = pick(a).shape.length;
    return permute(
      r,
      pick(a),
      Array.from({ length: rank }, (_, d) => (p % 2 === 0 ? rank - 1 - d : (d + p) % rank)),
    );
  },
  expand: (r, pick, { a, p }) =>
    expand(r, pick(a), [1 + (p % 3), ...pick(a).shape.map((n) => (n === 1 ? 2 : n))]),
  slice: (r, pick, { a, p, q }) => slice(r, pick(a), p % 3, (p % 3) + 1 + (q % 3), dimOf(pick(a), q)),
  select: (r, pick, { a, p, q }) => select(r, pick(a), dimOf(pick(a), q), p % 2 === 0 ? 0 : -1),
  clone: (r, pick, { a }) => clone(r, pick(a)),
  take: (r, pick, { a, p }) => {
    const x = pick(a);
    return take(r, x, indicesFor(r, p % 2 === 0 ? [3] : [2, 2], x.shape[0] ?? 1, p));
  },
  gather: (r, pick, { a, p, q }) => {
    const x = pick(a);
    const axis = q % (x.shape.length || 1);
    const shape = x.shape.map((size, d) => (d === axis ? 1 + (p % 3) : size));
    return gather(r, x, axis, indicesFor(r, shape, x.shape[axis] ?? 1, p));
  },
  scatterRows: (r, pick, { a, p }) => {
    const g = pick(a);
    return scatterRows(r, g, indicesFor(r, g.shape.slice(0, 1), 4, p), 4);
  },
  scatterAlong: (r, pick, { a, p, q }) => {
    const g = pick(a);
    const dim = q % (g.shape.length || 1);
    return scatterAlong(r, g, indicesFor(r, g.shape, 4, p), {
      dim,
      sizes: g.shape.map((size, d) => (d === dim ? 4 : size)),
    });
  },
  cat: (r, pick, { a, b, p }) => cat(r, [pick(a), pick(b), pick(a)], dimOf(pick(a), p)),
  stack: (r, pick, { a, p }) => stack(r, [pick(a), pick(a)], p % (pick(a).shape.length + 1)),
  pad: (r, pick, { a, p }) =>
    pad(
      r,
      pick(a),
      pick(a).shape.map((_, d) => [(p + d) % 2, p % 3]),
      0.25,
    ),
};

const OTHERS: Readonly<Record<string, Step>> = {
  detach: (r, pick, { a }) => detach(r, pick(a)),
  oneHot: (r, pick, { a, p }) =>
    oneHot(r, reduce(r, "argmax", pick(a), { dim: 0 }), (pick(a).shape[0] ?? 1) + (p % 2)),
  arange: (r, _, { p }) => arange(r, 1 + (p % 4)),
  eye: (r, _, { p }) => eye(r, 1 + (p % 3)),
  full: (r, _, { p, q }) => full(r, [1 + (p % 3), 1 + (q % 3)], q % 7),
};

/** Values whose sums are exact in float32, so that comparisons come out alike however they are summed. */
export const valuesFor = (shape: readonly number[], seed: number): Float32Array =>
  Float32Array.from(
    { length: numelOf(shape) },
    (_, i) => ((((i + 1) * 2654435761 + seed * 40503) >>> 7) % 33) / 16 - 1,
  );

const SHAPES: readonly (readonly number[])[] = [[3, 4], [4, 3], [4], [3, 1], [2, 3, 4], [4, 4]];

/** Records a program from instructions; those that do not fit are left out. */
export function recordProgram(
  recorder: Recorder,
  instructions: readonly Instruction[],
  { smoothOnly = false, limit = 4096 } = {},
): { readonly leaves: readonly TensorNode[]; readonly nodes: readonly TensorNode[] } {
  const leaves = SHAPES.map((shape, seed) => tensorOf(recorder, valuesFor(shape, seed), shape));
  const nodes = [...leaves];
  const steps = Object.values(smoothOnly ? SMOOTH : { ...SMOOTH, ...OTHERS });
  for (const one of instructions) {
    const pick = (index: number): TensorNode => nodes[index % nodes.length] ?? leaves[0];
    try {
      const node = steps[one.op % steps.length](recorder, pick, one);
      if (numelOf(node.shape) <= limit) nodes.push(node);
    } catch (error) {
      if (!(error instanceof TensorShapeError || error instanceof TensorSizeError)) throw error;
    }
  }
  return { leaves, nodes };
}
