import { javascriptKernels } from "./javascript-kernels.ts";
import type { Kernels } from "./kernels.ts";

/** Less and more than one vector. */
const LENGTHS = [1, 4, 7, 33];
const TENSORS = 4;
/** Rounding of a square root and a division. */
const TOLERANCE = 1e-5;

type Step = (kernels: Kernels, places: readonly number[], bytes: number) => void;

const STEPS: Readonly<Record<string, Step>> = {
  momentum: (kernels, [param = 0, grad = 0, velocity = 0], bytes) => {
    kernels.momentum(param, grad, velocity, bytes, 0.1, 0.9, 1, 0.9, 0.01);
  },
  adam: (kernels, [param = 0, grad = 0, m = 0, v = 0], bytes) => {
    kernels.adam(param, grad, m, v, bytes, 0.1, 1.5, 0.9, 0.1, 0.99, 0.01, 1e-8, 0.01, 0.99);
  },
  rmsProp: (kernels, [param = 0, grad = 0, v = 0], bytes) => {
    kernels.rmsProp(param, grad, v, bytes, 0.1, 0.9, 0.1, 1e-8, 0.01);
  },
};

/**
 * Checks the optimisers' steps against the plain loops, in memory from `region` on.
 *
 * @returns What is wrong, or null.
 */
export function verifyOptimisers(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  region: number,
): string | null {
  const expected = javascriptKernels(memory);
  const room = 256;
  const places = (copy: number): number[] =>
    Array.from({ length: TENSORS }, (_, tensor) => region + (copy * TENSORS + tensor) * room);
  const values = (place: number, length: number): Float32Array =>
    new Float32Array(memory.buffer, place, length);
  for (const [name, step] of Object.entries(STEPS)) {
    for (const length of LENGTHS) {
      const [ours, theirs] = [places(0), places(1)];
      for (const copy of [ours, theirs]) {
        for (const [tensor, place] of copy.entries()) {
          // States are not negative: a root is taken of them.
          const fill = values(place, length + 1).map((_, i) => Math.abs(Math.sin(i * 12.9898 + tensor)));
          values(place, length + 1).set(fill);
        }
      }
      step(kernels, ours, 4 * length);
      step(expected, theirs, 4 * length);
      for (const [tensor, place] of ours.entries()) {
        const got = values(place, length + 1);
        const wanted = values(theirs[tensor] ?? 0, length + 1);
        const wrong = got.findIndex(
          (value, i) => !(Math.abs(value - wanted[i]!) <= TOLERANCE * (1 + Math.abs(wanted[i]!))),
        );
        if (wrong >= 0) return `${name} of ${length}: element ${wrong} of tensor ${tensor} is ${got[wrong]}`;
      }
    }
  }
  return null;
}
