import { averageCurves } from "../../../core/average-curves.ts";
import { minMaxIndices, smoothed } from "../../../core/decimate.ts";
import { ContractError } from "../../../core/errors.ts";
import type { BandsRequest, CurvesRequest, DrawnBand, DrawnCurve } from "../../../shared/runs/run-curves.ts";
import type { Curve } from "../tables/metric-table.ts";
import type { SqliteStore } from "../sqlite-store.ts";

/** 32 bytes each: 64 MB. */
const MOST_KEPT_POINTS = 2_000_000;
const MOST_WHOLE_POINTS = 500_000;

/**
 * Reads curves and thins them out for a drawing; keeps those read last, so that zooming reads only what has come since.
 */
export class CurveDrawer {
  readonly #store: SqliteStore;
  readonly #kept = new Map<string, Curve>();
  #keptPoints = 0;

  constructor(store: SqliteStore) {
    this.#store = store;
  }

  /** Every curve that there is of the runs and metrics asked for. @throws {ContractError} For too many whole curves. */
  draw({ runIds, metrics, columns, steps, smoothings, at }: CurvesRequest): DrawnCurve[] {
    const asked = runIds.flatMap((runId) =>
      this.#store.tables.metrics
        .seriesOf(runId)
        .filter(({ name }) => metrics === null || metrics.includes(name)),
    );
    if (columns === null) requireFewPoints(asked);
    return asked.map(({ runId, name, points }) => {
      const curve = this.#curve(runId, name);
      const { from, to, first, end } = indicesOf(curve.steps, steps);
      const chosen = minMaxIndices(curve.values, first, end, columns ?? Infinity);
      const pick = (values: Float64Array): Float64Array => Float64Array.from(chosen, (i) => values[i] ?? NaN);
      return {
        runId,
        metric: name,
        points,
        pointsInSteps: to - from,
        steps: pick(curve.steps),
        epochs: pick(curve.epochs),
        wallMs: pick(curve.wallMs),
        values: pick(curve.values),
        smoothed: smoothings.map((weight) => pick(smoothed(curve.values, weight))),
        at: at.map((wanted) => {
          const after = firstIndex(curve.steps, (step) => step > wanted);
          return { step: wanted, value: curve.values[after - 1] ?? NaN };
        }),
      };
    });
  }

  /** Averages over the runs of each group; computed from all points, then thinned out by the extremes of the mean. */
  bands({ groups, metrics, columns, steps: wanted }: BandsRequest): DrawnBand[] {
    return groups.flatMap((runIds, group) =>
      metrics.flatMap((metric) => {
        const curves = runIds.flatMap((runId) => {
          const series = this.#store.tables.metrics.seriesOf(runId).find(({ name }) => name === metric);
          return series === undefined ? [] : [this.#curve(runId, metric)];
        });
        const { steps, means, deviations } = averageCurves(curves);
        if (steps.length === 0) return [];
        const { from, to, first, end } = indicesOf(steps, wanted);
        const chosen = minMaxIndices(means, first, end, columns ?? Infinity);
        const pick = (values: Float64Array): Float64Array =>
          Float64Array.from(chosen, (i) => values[i] ?? NaN);
        return [
          {
            group,
            metric,
            pointsInSteps: to - from,
            steps: pick(steps),
            means: pick(means),
            deviations: pick(deviations),
          },
        ];
      }),
    );
  }

  #curve(runId: string, name: string): Curve {
    const key = `${runId}\n${name}`;
    const kept = this.#kept.get(key) ?? null;
    const curve = this.#store.tables.metrics.curve(runId, name, kept);
    // The newest is at the end.
    this.#forget(key);
    this.#kept.set(key, curve);
    this.#keptPoints += curve.steps.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#keptPoints <= MOST_KEPT_POINTS || oldest === key) break;
      this.#forget(oldest);
    }
    return curve;
  }

  #forget(key: string): void {
    this.#keptPoints -= this.#kept.get(key)?.steps.length ?? 0;
    this.#kept.delete(key);
  }
}

/** A table with more would fill the window's memory; a run's own export has no limit. */
function requireFewPoints(series: readonly { readonly points: number }[]): void {
  const points = series.reduce((sum, one) => sum + one.points, 0);
  if (points <= MOST_WHOLE_POINTS) return;
  throw new ContractError(
    `These curves have ${points} points, at most ${MOST_WHOLE_POINTS} can be copied or saved from a chart: ` +
      "export the runs' metrics from Runs instead, or choose fewer runs",
  );
}

/** Indices of the points within the steps, and with one more at each side, to which the line goes on. */
function indicesOf(all: Float64Array, steps: CurvesRequest["steps"]) {
  const from = steps === null ? 0 : firstIndex(all, (step) => step >= steps.from);
  const to = steps === null ? all.length : firstIndex(all, (step) => step > steps.to);
  return { from, to, first: Math.max(0, from - 1), end: Math.min(all.length, to + 1) };
}

/** Index of the first step that passes; steps rise. */
function firstIndex(steps: Float64Array, passes: (step: number) => boolean): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(steps[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
