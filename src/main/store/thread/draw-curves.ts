import { averageCurves } from "../../../core/average-curves.ts";
import { minMaxIndices, smoothed } from "../../../core/decimate.ts";
import { ContractError } from "../../../core/errors.ts";
import { stepSpeeds } from "../../../core/step-speed.ts";
import { EPOCH_METRICS, STATISTIC_NAMES, STEP_SPEED } from "../../../shared/experiments/training.ts";
import type { BandsRequest, CurvesRequest, DrawnBand, DrawnCurve } from "../../../shared/runs/run-curves.ts";
import type { Curve } from "../tables/metric-table.ts";
import type { SqliteStore } from "../sqlite-store.ts";

/** 32 bytes each: 64 MB. */
const MOST_KEPT_POINTS = 2_000_000;
const MOST_WHOLE_POINTS = 500_000;
/** Measured between steps: they take time and no steps. */
const EVALUATED: ReadonlySet<string> = new Set(Object.values(EPOCH_METRICS));

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

  /**
   * Every curve that there is of the runs and metrics asked for; STEP_SPEED of trainings only where it is named.
   *
   * @throws {ContractError} For too many whole curves.
   */
  draw(request: CurvesRequest): DrawnCurve[] {
    const { runIds, metrics, columns } = request;
    const asked = runIds.flatMap((runId) =>
      this.#store.tables.metrics
        .seriesOf(runId)
        .filter(({ name }) => metrics === null || metrics.includes(name)),
    );
    if (columns === null) requireFewPoints(asked);
    const speeds = metrics?.includes(STEP_SPEED) === true ? runIds : [];
    return [
      ...asked.map(({ runId, name }) => this.#drawn(runId, name, request)),
      ...speeds.flatMap((runId) => this.#drawnSpeed(runId, request) ?? []),
    ];
  }

  #drawn(runId: string, metric: string, { columns, steps, smoothings, at }: CurvesRequest): DrawnCurve {
    const curve = this.#curve(runId, metric);
    const { from, to, first, end } = indicesOf(curve.steps, steps);
    const chosen = minMaxIndices(curve.values, first, end, columns ?? Infinity);
    return {
      runId,
      metric,
      points: curve.steps.length,
      pointsInSteps: to - from,
      ...pointsAt(curve, chosen),
      values: pick(curve.values, chosen),
      smoothed: smoothings.map((weight) => pick(smoothed(curve.values, weight), chosen)),
      at: at.map((wanted) => {
        const after = firstIndex(curve.steps, (step) => step > wanted);
        return { step: wanted, value: curve.values[after - 1] ?? NaN };
      }),
    };
  }

  /**
   * The mean speed of the steps of each column, since a speed is a mean over time whatever its stretch: between extremes
   * of single steps' times nobody reads it. Null where no steps are recorded.
   */
  #drawnSpeed(runId: string, { columns, steps }: CurvesRequest): DrawnCurve | null {
    const names = this.#store.tables.metrics.seriesOf(runId).map(({ name }) => name);
    // What another program has recorded under this name is drawn as it is.
    if (!names.includes(STATISTIC_NAMES.loss) || names.includes(STEP_SPEED)) return null;
    const curve = this.#curve(runId, STATISTIC_NAMES.loss);
    if (columns === null) requireFewPoints([{ points: curve.steps.length }]);
    const evaluations = names.filter((name) => EVALUATED.has(name)).map((name) => this.#curve(runId, name));
    const { from, to, first, end } = indicesOf(curve.steps, steps);
    const every = columns === null ? 1 : Math.ceil((end - first) / columns);
    const { ends, perSecond } = stepSpeeds(curve, evaluations, { first, end, every });
    return {
      runId,
      metric: STEP_SPEED,
      points: curve.steps.length,
      // A training's first step has no speed.
      pointsInSteps: to - Math.max(1, from),
      ...pointsAt(curve, ends),
      values: perSecond,
      smoothed: [],
      at: [],
    };
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
        return [
          {
            group,
            metric,
            pointsInSteps: to - from,
            steps: pick(steps, chosen),
            means: pick(means, chosen),
            deviations: pick(deviations, chosen),
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

const pick = (values: Float64Array, chosen: readonly number[]): Float64Array =>
  Float64Array.from(chosen, (i) => values[i] ?? NaN);

/** Where the chosen points lie. */
const pointsAt = ({ steps, epochs, wallMs }: Curve, chosen: readonly number[]) => ({
  steps: pick(steps, chosen),
  epochs: pick(epochs, chosen),
  wallMs: pick(wallMs, chosen),
});

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
