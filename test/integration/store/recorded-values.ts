import type { NewRun } from "../../../src/main/store/store.ts";
import type { CellResult, GradientCheck, Machine, Timing } from "../../../src/shared/runs/run-records.ts";

/** SQLite built for the runtime the tests run in; unset, the package's own. */
export const nativeBinding = process.env["BACKPROP_LAB_NATIVE_BINDING"] ?? null;

export const machine: Machine = {
  id: "m-5f2c",
  hostname: "bench",
  os: "Linux 6.1 x64",
  cpuModel: "Some CPU @ 2.60GHz",
  cpuCores: 2,
  memoryBytes: 8_323_072_000,
  electron: "33.2.1",
  node: "20.18.1",
  v8: "13.0",
  chrome: "130.0",
  kernel: "wasm-simd 4x8",
};

export const notebookRun: NewRun = {
  kind: "notebook",
  name: "Notebook, seed 42",
  threads: 2,
  rows: 50_000,
  machineId: machine.id,
  config: { seed: 42, rows: 50_000, deterministic: true, weights: "drawn", lr: 0.1 + 0.2 },
  startedAt: "2026-11-23T04:53:12.345Z",
};

export const timing = (sample: number, ms: number, warmup = false): Timing => ({
  stage: "layer classes",
  pass: sample % 2 === 0 ? "forward" : "backward",
  sample,
  ms,
  warmup,
  threads: 2,
  rows: 50_000,
});

export const gradientCheck = (tensor: string, relMax: number): GradientCheck => ({
  stage: "functions",
  reference: "finite-difference",
  tensor,
  coordinates: 20,
  allclose: true,
  maxAbs: 2 ** -40,
  relMax,
  relNorm: 1 / 3,
  hiddenByAtol: 0.125,
  kinks: 1,
  passed: false,
  reason: "relMax above 1e-4",
});

export const cell = (order: number): CellResult => ({
  cell: "12",
  title: "Mean and std after relu",
  order,
  startedAt: "2026-11-23T04:53:13.000Z",
  ms: 12.345678901234567,
  expected: { mean: 0.51, text: "≈", flags: true, sizes: [784, 50, 1] },
  measured: {
    mean: Number.NaN,
    worst: Number.NEGATIVE_INFINITY,
    zero: -0,
    series: [1 / 3, Number.POSITIVE_INFINITY, -0],
  },
  verdict: "in band",
  reason: "0.5 ≤ mean ≤ 0.6",
  details: {
    statistics: [{ label: "l1", mean: -0, std: Number.NaN, min: -1e300, max: 5e-324, zeroShare: 0.5 }],
    histograms: [{ label: "l1", lo: -3, hi: 3, counts: [0, 1, 2 ** 40] }],
    timings: [timing(0, 0.1, true), timing(1, Math.PI)],
    gradients: [{ tensor: "w1", norm: 0.1, maxAbs: 1e-9 }],
    gradientChecks: [gradientCheck("w1", Number.NaN), gradientCheck("b1", Number.POSITIVE_INFINITY)],
  },
});
