import { describe, expect, it } from "vitest";
import { BINARY, UNARY } from "../../../../src/core/ops/map-functions.ts";
import { assembleKernels, kernelText } from "../../../../src/workers/kernels/generate/generate.ts";
import { instantiateKernels, readModule } from "../../../../src/workers/kernels/load/kernels.ts";

const COUNT = 20_000;
const memory = new WebAssembly.Memory({ initial: 8, maximum: 8, shared: true });
const module = readModule(assembleKernels(kernelText("simd128")))!;
const kernels = instantiateKernels("simd128", module, memory);
const [x, y, result] = [0, 1, 2].map(
  (index) => new Float32Array(memory.buffer, 64 + index * 4 * COUNT, COUNT),
);

/** One unit of the last place of float32 at this size. */
const unitAt = (value: number): number =>
  2 ** (Math.max(Math.floor(Math.log2(Math.abs(value) || 2 ** -149)), -126) - 23);

/** Bits of every kind: normal numbers of all sizes, those below them, infinities, NaN. */
function anyBits(values: Float32Array, seed: number): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let state = seed;
  for (let i = 0; i < bits.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bits[i] = state;
  }
}

const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1e-40, -1e-40, 16_777_216];

/** The worst error in units of the last place; infinite where one is no number or infinite and the other is not. */
function worstError(wanted: (i: number) => number): number {
  let worst = 0;
  for (let i = 0; i < COUNT; i++) {
    const [got, exact] = [result[i], wanted(i)];
    const nearest = Math.fround(exact);
    if (got === nearest || (Number.isNaN(got) && Number.isNaN(nearest))) continue;
    const both = Number.isFinite(got) && Number.isFinite(nearest);
    worst = Math.max(worst, both ? Math.abs(got - exact) / unitAt(exact) : Infinity);
  }
  return worst;
}

describe.each([
  ["exp", "exponential", 1.5],
  ["log", "logarithm", 1.5],
  ["erf", "errorFunction", 3],
  ["sqrt", "root", 0.5],
  ["rsqrt", "inverseRoot", 2],
  ["sign", "sign", 0],
] as const)("%s of four lanes", (fn, name, units) => {
  it.each([
    ["any number", (i: number) => (i === 0 ? anyBits(x, 1) : undefined)],
    ["numbers about 0", (i: number) => void (x[i] = 10 * Math.sin(i * 12.9898))],
    ["numbers about 1", (i: number) => void (x[i] = 1 + Math.sin(i * 12.9898) / 3)],
    ["small numbers", (i: number) => void (x[i] = Math.sin(i * 12.9898) / 1000)],
    ["large numbers", (i: number) => void (x[i] = 110 * Math.sin(i * 12.9898))],
  ])(`is within ${units} units of the last place of %s`, (_title, fill) => {
    for (let i = 0; i < COUNT; i++) fill(i);
    SPECIAL.forEach((value, i) => (x[i * 7] = value));
    kernels[name](x.byteOffset, result.byteOffset, 4 * COUNT, 0);
    expect(worstError((i) => UNARY[fn](x[i]))).toBeLessThanOrEqual(units);
  });
});

describe("pow of four lanes", () => {
  it("is within a unit of the last place, whatever the exponent", () => {
    for (let i = 0; i < COUNT; i++) {
      x[i] = 20 * Math.abs(Math.sin(i * 12.9898));
      y[i] = 30 * Math.sin(i * 78.233);
    }
    kernels.power(x.byteOffset, y.byteOffset, result.byteOffset, 4 * COUNT);
    expect(worstError((i) => BINARY.pow(x[i], y[i]))).toBeLessThan(0.51);
  });

  it("knows every limit and sign", () => {
    for (let i = 0; i < COUNT; i++) {
      x[i] = SPECIAL[i % SPECIAL.length];
      y[i] = SPECIAL[Math.floor(i / SPECIAL.length) % SPECIAL.length];
    }
    kernels.power(x.byteOffset, y.byteOffset, result.byteOffset, 4 * COUNT);
    expect(worstError((i) => BINARY.pow(x[i], y[i]))).toBeLessThan(0.51);
    const negative = Array.from(x).findIndex((value, i) => Object.is(value, -0) && y[i] === 3);
    expect(Object.is(result[negative], -0)).toBe(true);
  });
});
