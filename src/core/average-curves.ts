/** Values by rising steps. */
interface StepValues {
  readonly steps: Float64Array;
  readonly values: Float64Array;
}

/** Mean and spread of several curves at the steps that at least two of them have. */
export interface AverageCurve {
  readonly steps: Float64Array;
  readonly means: Float64Array;
  /** Sample standard deviation, n − 1. */
  readonly deviations: Float64Array;
}

/**
 * Averages curves step by step. A step counts where at least two curves have a finite value at it; nothing is
 * interpolated between steps.
 */
export function averageCurves(curves: readonly StepValues[]): AverageCurve {
  const sums = new Map<number, { n: number; mean: number; squares: number }>();
  for (const { steps, values } of curves) {
    for (let i = 0; i < steps.length; i++) {
      const value = values[i];
      if (!Number.isFinite(value)) continue;
      const sum = sums.get(steps[i]) ?? { n: 0, mean: 0, squares: 0 };
      sums.set(steps[i], sum);
      // Welford (1962): the mean and the sum of squared distances to it, one value at a time.
      sum.n++;
      const distance = value - sum.mean;
      sum.mean += distance / sum.n;
      sum.squares += distance * (value - sum.mean);
    }
  }
  const shared = [...sums].filter(([, { n }]) => n > 1).sort(([a], [b]) => a - b);
  return {
    steps: Float64Array.from(shared, ([step]) => step),
    means: Float64Array.from(shared, ([, { mean }]) => mean),
    deviations: Float64Array.from(shared, ([, { n, squares }]) => Math.sqrt(squares / (n - 1))),
  };
}
