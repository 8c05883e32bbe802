import { columnMomentPlaces } from "../ops/column-moments.ts";
import type { Kernels } from "../primitives/kernels.ts";

/** Less and more than one vector, than two, with every rest. */
const LENGTHS = [1, 3, 4, 5, 7, 8, 9, 16, 33, 70];
const SCALAR = 0.75;

/** Values of both signs, some zero, and one NaN where the length allows. */
function fill(values: Float32Array, phase: number): void {
  for (let i = 0; i < values.length; i++) values[i] = i % 5 === 4 ? 0 : 3 * Math.sin(i * 12.9898 + phase);
  if (values.length > 5) values[5] = NaN;
}

type Named = "relu" | "addInto" | "mask" | "scaledDifference" | "subtractScaled";

const EXPECTED: Readonly<Record<Named, (x: number, y: number) => number>> = {
  relu: (x) => (x < 0 ? 0 : x) - SCALAR,
  addInto: (x, y) => x + y,
  mask: (x, y) => (x > 0 ? y : 0),
  scaledDifference: (x, y) => SCALAR * (x - y),
  subtractScaled: (x, y) => x - SCALAR * y,
};

const close = (got: number, wanted: number, tolerance = 1e-5): boolean =>
  Object.is(got, wanted) || Math.abs(got - wanted) <= tolerance * (1 + Math.abs(wanted));

/** Σ d and Σ d² of columns far from 0, two rows and then one, d from the first row on; what is wrong, or null. */
function wrongColumnMoment(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  at: number,
  values: Float32Array,
): string | null {
  const { length } = values;
  const bytes = 4 * length;
  const { sums, squares, centres } = columnMomentPlaces(at + 8 * Math.ceil((3 * bytes) / 8), length);
  const rows = [0, 1, -2].map((factor) => values.map((value) => Math.fround(4096 + factor * value)));
  rows.forEach((row, i) => {
    new Float32Array(memory.buffer, at + i * bytes, length).set(row);
  });
  const found = new Float64Array(memory.buffer, sums, 2 * length).fill(0);
  new Float32Array(memory.buffer, centres, length).fill(NaN);
  kernels.addMoments(2, length, at, bytes, sums, squares, centres);
  kernels.addMoments(1, length, at + 2 * bytes, bytes, sums, squares, centres);
  const [first, second, third] = rows;
  const wrong = found.findIndex((got, i) => {
    const column = i % length;
    const distances = [second, third].map((row) => row![column]! - first![column]!);
    const wanted = distances.reduce((sum, distance) => sum + distance ** (i < length ? 1 : 2), 0);
    return !close(got, wanted, 1e-12);
  });
  return wrong < 0 ? null : `sum ${wrong} is ${found[wrong]}`;
}

/**
 * Checks the element-wise functions, sums, moments and exponentials against plain loops, in memory from `region` on.
 *
 * @returns What is wrong, or null.
 */
export function verifyVectors(kernels: Kernels, memory: WebAssembly.Memory, region: number): string | null {
  const room = 512;
  const place = (index: number): number => region + 8 + index * room;
  const floats = (index: number, length: number): Float32Array =>
    new Float32Array(memory.buffer, place(index), length);
  const [atX, atY, atTarget, atTotals] = [place(0), place(1), place(2), place(3)];

  for (const length of LENGTHS) {
    const [x, y, target] = [floats(0, length), floats(1, length), floats(2, length + 1)];
    fill(x, 1);
    fill(y, 2);
    const run: Readonly<Record<Named, () => void>> = {
      relu: () => {
        kernels.relu(atX, atTarget, 4 * length, SCALAR);
      },
      addInto: () => {
        kernels.addInto(atX, atY, atTarget, 4 * length);
      },
      mask: () => {
        kernels.mask(atX, atY, atTarget, 4 * length);
      },
      scaledDifference: () => {
        kernels.scaledDifference(atX, atY, atTarget, 4 * length, SCALAR);
      },
      subtractScaled: () => {
        kernels.subtractScaled(atX, atY, atTarget, 4 * length, SCALAR);
      },
    };
    for (const name of Object.keys(run) as Named[]) {
      target.fill(7);
      run[name]();
      const wrong = x.findIndex((value, i) => !close(target[i]!, EXPECTED[name](value, y[i]!)));
      if (wrong >= 0) return `${name} of ${length}: element ${wrong} is ${target[wrong]}`;
      if (target[length] !== 7) return `${name} of ${length}: wrote behind the last element`;
    }

    const finite = x.map((value) => (Number.isNaN(value) ? 1 : value));
    x.set(finite);
    const sums = new Float64Array(memory.buffer, atTotals, length).fill(1);
    kernels.addColumns(1, length, atX, 0, atTotals);
    kernels.addColumns(2, length, atX, 0, atTotals);
    const wrongSum = sums.findIndex((sum, i) => !close(sum, 1 + 3 * finite[i]!, 1e-12));
    if (wrongSum >= 0) return `addColumns of ${length}: sum ${wrongSum} is ${sums[wrongSum]}`;

    const wrongMoment = wrongColumnMoment(kernels, memory, place(4), finite);
    if (wrongMoment !== null) return `addMoments of ${length}: ${wrongMoment}`;

    kernels.exponentials(1, length, atX, atTarget, atTotals);
    const [largest, total] = floats(3, 2);
    const most = Math.max(...finite);
    const exponentials = finite.map((value) => Math.exp(value - most));
    const wrongPower = exponentials.findIndex((value, i) => !close(target[i]!, value, 1e-6));
    if (wrongPower >= 0) return `exponentials of ${length}: element ${wrongPower} is ${target[wrongPower]}`;
    const wantedTotal = exponentials.reduce((sum, value) => sum + value, 0);
    if (largest !== most || !close(total!, wantedTotal)) {
      return `exponentials of ${length}: totals are ${largest} and ${total}`;
    }

    const vectors = Math.floor(length / 4);
    if (vectors === 0) continue;
    const whole = [...finite.subarray(0, 4 * vectors)];
    kernels.moments(atX, vectors, atTotals);
    const wanted = [
      whole.reduce((sum, value) => sum + value, 0),
      whole.reduce((sum, value) => sum + value * value, 0),
      Math.min(...whole),
      Math.max(...whole),
      whole.filter((value) => value === 0).length,
    ];
    const found = [...new Float64Array(memory.buffer, atTotals, wanted.length)];
    if (!wanted.every((value, i) => close(found[i]!, value, 1e-12))) {
      return `moments of ${4 * vectors}: ${found.join(", ")} instead of ${wanted.join(", ")}`;
    }
    const deviations = whole.reduce((sum, value) => sum + (value - SCALAR) ** 2, 0);
    if (!close(kernels.deviations(atX, vectors, SCALAR), deviations, 1e-12)) {
      return `deviations of ${4 * vectors} are wrong`;
    }
  }
  return null;
}
