import type { Activation } from "../../../core/ops/activation.ts";
import { javascriptKernels } from "../primitives/javascript-kernels.ts";
import type { Kernels } from "../primitives/kernels.ts";

/** Less and more than one vector, than two. */
const LENGTHS = [1, 4, 7, 9, 33];
const TENSORS = 4;
/** Rounding of a square root, a division, a polynomial. */
const TOLERANCE = 1e-5;
const KINDS: readonly Activation["kind"][] = ["leakyRelu", "tanh", "sigmoid", "gelu"];

/** One call on tensors at `places`: the first of both signs and with special values, the others not negative. */
type Step = (kernels: Kernels, places: readonly number[], length: number, memory: WebAssembly.Memory) => void;

const STEPS: Readonly<Record<string, Step>> = {
  momentum: (kernels, [param = 0, grad = 0, velocity = 0], length) => {
    kernels.momentum(param, grad, velocity, 4 * length, 0.1, 0.9, 1, 0.9, 0.01);
  },
  adam: (kernels, [param = 0, grad = 0, m = 0, v = 0], length) => {
    kernels.adam(param, grad, m, v, 4 * length, 0.1, 1.5, 0.9, 0.1, 0.99, 0.01, 1e-8, 0.01, 0.99);
  },
  rmsProp: (kernels, [param = 0, grad = 0, v = 0], length) => {
    kernels.rmsProp(param, grad, v, 4 * length, 0.1, 0.9, 0.1, 1e-8, 0.01);
  },
  ...Object.fromEntries(
    KINDS.flatMap((kind): [string, Step][] => [
      [
        kind,
        (kernels, [x = 0, , target = 0], length) => {
          kernels.activations[kind].value(x, target, 4 * length, 0.1);
        },
      ],
      [
        `${kind}Backward`,
        (kernels, [x = 0, y = 0, target = 0], length) => {
          kernels.activations[kind].backward(x, y, target, 4 * length, 0.1);
        },
      ],
    ]),
  ),
  crossEntropies: (kernels, [, logits = 0, target = 0], length, memory) => {
    const [rows, columns] = [3, Math.ceil(length / 3)];
    const floats = new Float32Array(memory.buffer, target, 64);
    const labels = target + 4 * 60;
    floats.set([0, columns - 1, 0.5], 60);
    const exponentials = target + 256;
    kernels.exponentials(rows, columns, logits, exponentials, target);
    for (const [i, smoothing] of [0, 0.1].entries()) {
      // The third row's label is no class.
      floats[40 + i] = kernels.crossEntropies(rows - 1, columns, logits, target, labels, smoothing);
      floats[42 + i] = kernels.crossEntropies(rows, columns, logits, target, labels, smoothing);
    }
    floats[44] = kernels.countHits(rows, columns, logits, labels);
    kernels.softmaxGradients(rows, columns, exponentials, target, labels, 0.25, 0.1);
  },
  oneHots: (kernels, [, labels = 0, target = 0], length, memory) => {
    const columns = Math.ceil(length / 3);
    new Float32Array(memory.buffer, labels, 3).set([columns - 1, -1, 0]);
    kernels.oneHots(3, columns, labels, target);
  },
  multiply: (kernels, [x = 0, y = 0, target = 0], length) => {
    kernels.multiply(x, y, target, 4 * length);
  },
  standardize: (kernels, [x = 0, y = 0, target = 0, z = 0], length) => {
    kernels.standardize(x, y, z, target, 4 * length);
  },
  batchNormBackward: (kernels, [x = 0, y = 0, target = 0, z = 0], length) => {
    kernels.batchNormBackward(x, y, z, y + 16, z + 16, target, 4 * length);
  },
  addProducts: (kernels, [, x = 0, target = 0, y = 0], length) => {
    const columns = Math.ceil(length / 3);
    kernels.addProducts(3, columns, x, y, 4 * columns, target);
  },
  normalizeRows: (kernels, [, x = 0, target = 0], length) => {
    kernels.normalizeRows(2, length, x, target, 1e-5);
  },
  normalizeRowsBackward: (kernels, [, x = 0, target = 0, dy = 0], length) => {
    kernels.normalizeRowsBackward(2, length, x, dy, target, 1e-5);
  },
  dropout: (kernels, [, x = 0, target = 0], length) => {
    kernels.dropout(x, target, length, 12_345, 0x9abcdef0 | 0, 0x60000000, 1.6);
  },
  scale: (kernels, [x = 0, , target = 0], length) => {
    kernels.scale(x, target, 4 * length, -1.5);
  },
  normalize: (kernels, [x = 0, , target = 0], length) => {
    kernels.normalize(x, target, 4 * length, 0.3, 1.7);
  },
  scaleBytes: (kernels, [x = 0, , target = 0], length) => {
    kernels.scaleBytes(x, target, length, 255);
  },
  squaredDifferences: (kernels, [x = 0, y = 0, target = 0], length, memory) => {
    // Of what is finite, and of what is not.
    for (const [i, source] of [y, x].entries()) {
      new Float32Array(memory.buffer, target, 2)[i] = kernels.squaredDifferences(source, target + 8, length);
    }
  },
  squares: (kernels, [x = 0, y = 0, target = 0], length, memory) => {
    for (const [i, source] of [y, x].entries()) {
      new Float32Array(memory.buffer, target, 2)[i] = kernels.squares(source, length);
    }
  },
  tally: (kernels, [x = 0, , target = 0], length) => {
    kernels.tally(x, length, -2.5, 0.75, target);
  },
  activeRows: (kernels, [x = 0, , target = 0], length) => {
    kernels.activeRows(3, Math.ceil(length / 3), x, 4 * Math.ceil(length / 3), target);
  },
  histogram: (kernels, [x = 0, , target = 0], length) => {
    kernels.histogram(x, length, -2.5, 5, 13 / 7.5, 13, target);
  },
};

/** Bytes of a tensor: 33 counters of float64, and some behind. */
const ROOM = 512;

function fill(values: Float32Array, tensor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.abs(Math.sin(i * 12.9898 + tensor));
  if (tensor === 1 || tensor === 3) return;
  // Zeros where counts are added up in float64.
  if (tensor === 2) return void values.fill(0);
  const special = [NaN, Infinity, -Infinity, 0, 200, -200, -1e-3];
  for (let i = 0; i < values.length; i++) values[i] = special[i - 20] ?? 9 * Math.sin(i * 12.9898);
}

/**
 * Checks the optimisers' steps, the activations, counts and conversions against the plain loops, in memory from
 * `region` on.
 *
 * @returns What is wrong, or null.
 */
export function verifyAgainstLoops(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  region: number,
): string | null {
  const expected = javascriptKernels(memory);
  const placesOf = (copy: number): number[] =>
    Array.from({ length: TENSORS }, (_, tensor) => region + (copy * TENSORS + tensor) * ROOM);
  const values = (place: number): Float32Array => new Float32Array(memory.buffer, place, ROOM / 4);
  const [ours, theirs] = [placesOf(0), placesOf(1)];
  for (const [name, step] of Object.entries(STEPS)) {
    for (const length of LENGTHS) {
      for (const copy of [ours, theirs]) {
        for (const [tensor, place] of copy.entries()) fill(values(place), tensor);
      }
      step(kernels, ours, length, memory);
      step(expected, theirs, length, memory);
      for (const [tensor, place] of ours.entries()) {
        const [got, wanted] = [values(place), values(theirs[tensor] ?? 0)];
        const wrong = got.findIndex(
          (value, i) =>
            !Object.is(value, wanted[i]!) &&
            !(Math.abs(value - wanted[i]!) <= TOLERANCE * (1 + Math.abs(wanted[i]!))),
        );
        if (wrong >= 0) {
          return `${name} of ${length}: element ${wrong} of tensor ${tensor} is ${got[wrong]}, not ${wanted[wrong]}`;
        }
      }
    }
  }
  return null;
}
