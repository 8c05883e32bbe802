import { useMemo, useState } from "react";
import type { CurvesRequest, DrawnCurve } from "../../../shared/runs/run-curves.ts";
import { ask } from "../../bridge/lab.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { curvesFigure, type CurveAxis } from "./curves-figure.ts";
import { stepsOfStretch, withFinerPart, type Stretch } from "./finer-part.ts";
import type { RunLook } from "./run-look.ts";
import { useCurves } from "./use-curves.ts";

interface CurvesChartProps {
  readonly metric: string;
  readonly looks: readonly RunLook[];
  readonly axis: CurveAxis;
  /** What is asked for where all of the metric is shown. */
  readonly request: CurvesRequest;
  /** The answer to it, or to one of more metrics. */
  readonly drawn: readonly DrawnCurve[];
}

/** One metric of several runs; the part that is zoomed into is read anew, more finely. */
export function CurvesChart({ metric, looks, axis, request, drawn }: CurvesChartProps) {
  const [stretch, setStretch] = useState<Stretch | null>(null);
  const coarse = useMemo(() => drawn.filter((curve) => curve.metric === metric), [drawn, metric]);
  const steps = stretch === null ? null : stepsOfStretch(coarse, stretch, axis);
  const finer = useCurves(steps === null ? null : { ...request, steps });
  const key = JSON.stringify(request);
  const figure = useMemo(() => {
    const { smoothings, ...whole } = JSON.parse(key) as CurvesRequest;
    return curvesFigure({
      metric,
      looks,
      axis,
      smooth: smoothings.length > 0,
      curves: finer.kind === "known" ? coarse.map((curve) => withFinerPart(curve, finer.value)) : coarse,
      readWhole: () => ask(window.lab.runsCurves({ ...whole, columns: null, smoothings: [] })),
    });
  }, [metric, looks, axis, coarse, finer, key]);
  return <ChartFigure figure={figure} onStretch={setStretch} />;
}
