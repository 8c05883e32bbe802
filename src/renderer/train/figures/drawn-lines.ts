import type { Chart } from "chart.js";
import { minMaxIndices } from "../../../core/decimate.ts";
import type { DrawnCurve } from "../../../shared/runs/run-curves.ts";
import { MinMaxBuffer, type Point } from "../../charts/kit/min-max-buffer.ts";
import type { EventMark } from "../../charts/plugins/line-plugins.ts";
import type { Smoothing } from "../../charts/figures/smoothing.ts";
import type { TextTable } from "../../format/delimited-text.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { readWholeCurves } from "../../store/whole-curves.ts";
import type { PointText } from "../../charts/kit/figure.ts";
import type { TrainingAxis, TrainingLog } from "../training-log.ts";

/** How a chart of a training is drawn. */
export interface TrainingAxes {
  readonly axis: TrainingAxis;
  readonly stepsPerEpoch: number | null;
  /** Null draws the steps as they are, alone. */
  readonly smoothing: Smoothing | null;
}

export const AXIS_TITLES: Readonly<Record<TrainingAxis, string>> = {
  step: "step",
  epoch: "epoch",
  time: "seconds of training",
};

/** One line of a chart; `points` is asked for anew whenever the chart is drawn. */
export interface TrainingLine {
  readonly label: string;
  readonly points: () => MinMaxBuffer | readonly Point[];
  /** What the store has it under. */
  readonly metric: string;
  /** Whether it is the metric smoothed, not as it was recorded. */
  readonly isSmoothed?: boolean;
}

/** Until the chart has a width of its own. */
const DEFAULT_COLUMNS = 800;

/**
 * The lines of one chart of a training: what the log holds, at most two points a column, every extreme kept; where a part
 * is zoomed into, that part as the store has it. It keeps what it read last, which is what is drawn and pointed at.
 */
export class DrawnLines {
  readonly log: TrainingLog;
  readonly axes: TrainingAxes;
  readonly #lines: readonly TrainingLine[];
  readonly #finer: readonly DrawnCurve[];
  #points: readonly Point[][] = [];

  constructor(
    log: TrainingLog,
    axes: TrainingAxes,
    {
      lines,
      finer = [],
    }: { readonly lines: readonly TrainingLine[]; readonly finer?: readonly DrawnCurve[] },
  ) {
    this.log = log;
    this.axes = axes;
    this.#lines = lines;
    this.#finer = finer;
  }

  /** The lines as they are now. */
  read(columns = DEFAULT_COLUMNS): readonly Point[][] {
    this.#points = this.#all(columns);
    return this.#points;
  }

  /** Puts the lines as they are now into the chart. */
  readonly refresh = (chart: Chart): void => {
    this.read(Math.max(1, Math.floor(chart.chartArea.width))).forEach((points, index) => {
      const dataset = chart.data.datasets[index];
      if (dataset !== undefined) dataset.data = points;
    });
  };

  /** What a point says, of those that were read last. */
  readonly describe = (index: number, dataset: number): PointText | null => {
    const point = this.#points[dataset]?.[index];
    if (point === undefined) return null;
    return {
      title: `${AXIS_TITLES[this.axes.axis]} ${formatNumber(point.x)}`,
      lines: [`${this.#lines[dataset]?.label ?? ""} ${formatNumber(point.y)}`],
    };
  };

  /** Where somebody stepped in, on the chart's axis. */
  readonly marks = (): EventMark[] => this.log.marks.map(({ step, text }) => ({ text, x: this.place(step) }));

  readonly place = (step: number): number => this.log.place(step, this.axes.axis, this.axes.stepsPerEpoch);

  /** The points that are drawn; what is not a number is drawn as a gap. */
  table([line, value]: readonly [string, string]): TextTable {
    return {
      columns: [line, AXIS_TITLES[this.axes.axis], value],
      rows: this.#all(DEFAULT_COLUMNS).flatMap((points, index) =>
        points.filter(({ y }) => !Number.isNaN(y)).map(({ x, y }) => [this.#lines[index]?.label ?? "", x, y]),
      ),
    };
  }

  /** Every recorded point. */
  wholeTable([line, value]: readonly [string, string]): () => Promise<TextTable> {
    const recorded = this.#lines.filter(({ isSmoothed }) => isSmoothed !== true);
    const labels = new Map(recorded.map(({ metric, label }) => [metric, label]));
    return async () => {
      const curves = await readWholeCurves(this.log.runId, [...labels.keys()]);
      return {
        columns: [line, AXIS_TITLES[this.axes.axis], value],
        rows: curves.flatMap((curve) =>
          this.#placesOf(curve).map((x, i) => [labels.get(curve.metric) ?? "", x, curve.values[i] ?? NaN]),
        ),
      };
    };
  }

  #all(columns: number): readonly Point[][] {
    return this.#lines.map((line) => this.#line(line, columns));
  }

  #line({ points, metric, isSmoothed = false }: TrainingLine, columns: number): Point[] {
    const held = points();
    const after = (step: number): readonly Point[] => {
      if (held instanceof MinMaxBuffer) return held.points(columns, step);
      const since = held.filter(({ x }) => x > step);
      const values = Float64Array.from(since, ({ y }) => y);
      return minMaxIndices(values, 0, since.length, columns).flatMap((index) => since[index] ?? []);
    };
    const placed = (those: readonly Point[]): Point[] => those.map(({ x, y }) => ({ x: this.place(x), y }));
    const part = this.#finer.find((curve) => curve.metric === metric);
    const values = isSmoothed ? part?.smoothed[0] : part?.values;
    const [first, last] = [part?.steps[0], part?.steps.at(-1)];
    if (part === undefined || values === undefined || first === undefined || last === undefined) {
      return placed(after(-Infinity));
    }
    const finer = this.#placesOf(part).map((x, i) => ({ x, y: values[i] ?? NaN }));
    // Between remembered steps the log takes time for even, the store knows it of each: x must rise all the same.
    const [begin, end] = [finer[0]?.x ?? 0, finer.at(-1)?.x ?? 0];
    return [
      ...placed(after(-Infinity).filter(({ x }) => x < first)).filter(({ x }) => x <= begin),
      ...finer,
      // What has come since it was read.
      ...placed(after(last)).filter(({ x }) => x >= end),
    ];
  }

  /** Where a curve's recorded points lie on the axis. */
  #placesOf({ steps, wallMs }: DrawnCurve): number[] {
    const { axis, stepsPerEpoch } = this.axes;
    return Array.from(steps, (step, i) =>
      axis === "time" ? (wallMs[i] ?? NaN) / 1000 : axis === "epoch" ? step / (stepsPerEpoch ?? 1) : step,
    );
  }
}
