import { compareGradients, finishComparison } from "../../../../../src/core/gradient-check.ts";
import { normal } from "../../../../../src/core/random/normal.ts";
import { randomStream } from "../../../../../src/core/random/random-stream.ts";
import { RungMeasurement } from "../../../../../src/main/lab/ladder/rung-measurement.ts";
import type { LadderRecord, RungId, RungResult } from "../../../../../src/shared/experiments/ladder.ts";

const SHAPE = { m: 100, k: 1000, n: 100 };

/** A measured rung whose 50 samples scatter by `spread` of the median. */
export function measured(
  rung: RungId,
  medianMs: number,
  { spread = 0.01, seed = 1, threads = 1, samples = 50 } = {},
): RungResult {
  const measurement = new RungMeasurement({ rung, name: rung, threads }, SHAPE, null);
  measurement.compared(finishComparison(compareGradients([1], [1])), { order: 0, ms: 2 * medianMs });
  normal(randomStream(seed), samples).forEach((z, order) =>
    measurement.add(order + 1, medianMs * (1 + spread * z)),
  );
  return measurement.result();
}

/** A ladder of these rungs. */
export const ladder = (rungs: readonly RungResult[], machineId = "m-1", threads = 2): LadderRecord => ({
  runId: "ladder-1",
  settings: {
    preset: "notebook",
    shape: SHAPE,
    threads,
    budgetSeconds: 10,
    seed: 42,
    scaling: false,
  },
  machine: {
    id: machineId,
    hostname: "bench",
    os: "Linux",
    cpuModel: "CPU",
    cpuCores: 2,
    memoryBytes: 8e9,
    electron: "33.2.1",
    node: "20.18.1",
    v8: "13.0",
    chrome: "130",
    kernel: "wasm-simd128",
  },
  conditions: {
    loadBefore: 0,
    governor: "unknown",
    onBattery: null,
    othersBusy: null,
    throttled: null,
    kernel: "wasm-simd128",
    warnings: [],
  },
  limits: { peakGflops: null, bandwidthGBs: null, cacheBytes: [] },
  rungs: [...rungs],
});
