import {
  RUNG_NUMBERS,
  type ProductShape,
  type RungDescription,
  type RungId,
  type RungResult,
} from "../../../../src/shared/experiments/ladder.ts";

export const LESSON: ProductShape = { m: 5, k: 784, n: 10 };

/** A measured rung: one cold call at three times the median, then samples spread evenly by ±2 % around it. */
export function measured(rung: RungId, medianMs: number, change: Partial<RungResult> = {}): RungResult {
  const shape = change.shape ?? LESSON;
  const multiplyAdds = shape.m * shape.k * shape.n;
  const spread = [-0.02, -0.01, -0.005, 0, 0.005, 0.01, 0.02, -0.015, 0.015, 0.002];
  return {
    rung,
    name: rung,
    shape,
    threads: 1,
    status: "measured",
    verified: true,
    maxDiff: 1e-6,
    callsPerSample: 1,
    coldMs: 3 * medianMs,
    medianMs,
    iqrMs: 0.02 * medianMs,
    minMs: 0.98 * medianMs,
    madMs: 0.01 * medianMs,
    variation: 0.012,
    samples: [
      { order: 0, ms: 3 * medianMs, cold: true, outlier: false },
      ...spread.map((part, index) => ({
        order: index + 1,
        ms: medianMs * (1 + part),
        cold: false,
        outlier: false,
      })),
    ],
    gflops: (2 * multiplyAdds) / medianMs / 1e6,
    multiplyAdds,
    bytes: 4 * (shape.m * shape.k + shape.k * shape.n + shape.m * shape.n),
    overFirst: null,
    overPrevious: null,
    unrankedWith: "",
    peakShare: null,
    note: "",
    ...change,
  };
}

/** A rung that was skipped: no number of it is known. */
export function skipped(rung: RungId, note: string): RungResult {
  const unknown = { coldMs: NaN, medianMs: NaN, iqrMs: NaN, minMs: NaN, madMs: NaN, gflops: NaN };
  return measured(rung, NaN, {
    ...unknown,
    status: "skipped",
    verified: false,
    maxDiff: NaN,
    samples: [],
    note,
  });
}

export function described(rung: RungId, change: Partial<RungDescription> = {}): RungDescription {
  const number = RUNG_NUMBERS[rung];
  return { rung, number, name: rung, idea: "", code: "", source: "", unavailable: "", ...change };
}
