import { useCallback, useMemo, useState } from "react";
import { STATISTIC_NAMES } from "../../../shared/experiments/training.ts";
import type { CurvesRequest, DrawnCurve } from "../../../shared/runs/run-curves.ts";
import { ask } from "../../bridge/lab.ts";
import {
  drawnPointsText,
  stepsOfStretch,
  withFinerPart,
  type Steps,
} from "../../charts/curves/finer-part.ts";
import { askCurves } from "../../charts/curves/use-curves.ts";
import { useFinerPart } from "../../charts/curves/use-finer-part.ts";
import type { ShownStretch } from "../../charts/interact/zoom.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { placesOf, type CurveAxis } from "./curve-axis.ts";
import { curvesFigure } from "./curves-figure.ts";
import type { RunLook } from "./run-look.ts";

interface CurvesChartProps {
  readonly metric: string;
  readonly looks: readonly RunLook[];
  readonly axis: CurveAxis;
  /** What is asked for where all of the metric is shown; on the axis of learning rates these, too. */
  readonly request: CurvesRequest;
  /** The answer to it, or to one of more metrics. */
  readonly drawn: readonly DrawnCurve[];
}

const named = (curves: readonly DrawnCurve[], metric: string): readonly DrawnCurve[] =>
  curves.filter((curve) => curve.metric === metric);

/** One metric of several runs; the part that is zoomed into is read anew, more finely. */
export function CurvesChart({ metric, looks, axis, request, drawn }: CurvesChartProps) {
  const [stretch, setStretch] = useState<ShownStretch | null>(null);
  const { coarse, rates } = useMemo(
    () => ({ coarse: named(drawn, metric), rates: named(drawn, STATISTIC_NAMES.lr) }),
    [drawn, metric],
  );
  const shown =
    stretch === null
      ? null
      : {
          stretch,
          steps:
            axis === "step"
              ? { from: stretch.min, to: stretch.max }
              : stepsOfStretch(coarse, stretch, (curve) => placesOf(curve, axis, rates)),
        };
  const noteOf = useCallback(
    (steps: Steps, parts: readonly DrawnCurve[]) => drawnPointsText(steps, named(parts, metric)),
    [metric],
  );
  const finer = useFinerPart(askCurves, request, shown, { noteOf });
  const key = JSON.stringify(request);
  const figure = useMemo(() => {
    const { smoothings, ...whole } = JSON.parse(key) as CurvesRequest;
    return curvesFigure({
      metric,
      looks,
      axis,
      smooth: smoothings.length > 0,
      curves: coarse.map((curve) => withFinerPart(curve, finer.parts)),
      rates: rates.map((curve) => withFinerPart(curve, finer.parts)),
      readWhole: () => ask(window.lab.runsCurves({ ...whole, columns: null, smoothings: [] })),
    });
  }, [metric, looks, axis, coarse, rates, finer.parts, key]);
  return <ChartFigure figure={figure} onStretch={setStretch} zoomNote={finer.note} />;
}
