import { averageCurves } from "../../../core/average-curves.ts";
import { minMaxIndices, smoothed } from "../../../core/decimate.ts";
import { ContractError } from "../../../core/errors.ts";
import type { BandsRequest, CurvesRequest, DrawnBand, DrawnCurve } from "../../../shared/runs/run-curves.ts";
import type { Curve } from "../tables/metric-table.ts";
import type { SqliteStore } from "../sqlite-store.ts";

/** 32 bytes each: 64 MB. */
const MOST_KEPT_POINTS = 2_000_000;
const MOST_WHOLE_POINTS = 500_000;

/** Reads curves and thins them out for a drawing; keeps those read last, so that zooming does not read again. */
export class CurveDrawer {
  readonly #store: SqliteStore;
  readonly #kept = new Map<string, { readonly curve: Curve; readonly points: number }>();
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
      const curve = this.#curve(runId, name, points);
      const from = steps === null ? 0 : firstIndex(curve.steps, (step) => step >= steps.from);
      const to = steps === null ? curve.steps.length : firstIndex(curve.steps, (step) => step > steps.to);
      // One more at each side, so that the line goes on to the edge of the drawing.
      const chosen = minMaxIndices(
        curve.values,
        Math.max(0, from - 1),
        Math.min(curve.steps.length, to + 1),
        columns ?? Infinity,
      );
      const pick = (values: Float64Array): Float64Array => Float64Array.from(chosen, (i) => values[i] ?? NaN);
      return {
        runId,
        metric: name,
        points,
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
  bands({ groups, metrics, columns }: BandsRequest): DrawnBand[] {
    return groups.flatMap((runIds, group) =>
      metrics.flatMap((metric) => {
        const curves = runIds.flatMap((runId) => {
          const series = this.#store.tables.metrics.seriesOf(runId).find(({ name }) => name === metric);
          return series === undefined ? [] : [this.#curve(runId, metric, series.points)];
        });
        const { steps, means, deviations } = averageCurves(curves);
        if (steps.length === 0) return [];
        const chosen = minMaxIndices(means, 0, means.length, columns ?? Infinity);
        const pick = (values: Float64Array): Float64Array =>
          Float64Array.from(chosen, (i) => values[i] ?? NaN);
        return [{ group, metric, steps: pick(steps), means: pick(means), deviations: pick(deviations) }];
      }),
    );
  }

  #curve(runId: string, name: string, points: number): Curve {
    const key = `${runId}\n${name}`;
    const kept = this.#kept.get(key);
    if (kept?.points === points && this.#unchanged(runId)) {
      // The newest is at the end.
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept.curve;
    }
    this.#forget(key);
    const curve = this.#store.tables.metrics.curve(runId, name);
    this.#kept.set(key, { curve, points });
    this.#keptPoints += points;
    for (const oldest of this.#kept.keys()) {
      if (this.#keptPoints <= MOST_KEPT_POINTS || oldest === key) break;
      this.#forget(oldest);
    }
    return curve;
  }

  /** A run that is on may lose points and get as many new ones: it goes on from a checkpoint. */
  #unchanged(runId: string): boolean {
    return this.#store.findRun(runId)?.status === "finished";
  }

  #forget(key: string): void {
    this.#keptPoints -= this.#kept.get(key)?.points ?? 0;
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
