import { useMemo, useState } from "react";
import type { BandsRequest, DrawnBand } from "../../../shared/runs/run-curves.ts";
import { ask } from "../../bridge/lab.ts";
import { withFinerBand } from "../../charts/curves/finer-part.ts";
import { useFinerPart } from "../../charts/curves/use-finer-part.ts";
import type { ShownStretch } from "../../charts/interact/zoom.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { bandsFigure } from "./bands-figure.ts";
import type { SeedGroup } from "./seed-groups.ts";
import { askBands } from "./use-bands.ts";

interface BandsChartProps {
  readonly metric: string;
  readonly groups: readonly SeedGroup[];
  /** What is asked for where all of the metric is shown. */
  readonly request: BandsRequest;
  /** The answer to it, or to one of more metrics. */
  readonly drawn: readonly DrawnBand[];
}

/** One metric averaged over the seeds of each group; the part that is zoomed into is read anew, more finely. */
export function BandsChart({ metric, groups, request, drawn }: BandsChartProps) {
  const [stretch, setStretch] = useState<ShownStretch | null>(null);
  const shown = stretch === null ? null : { stretch, steps: { from: stretch.min, to: stretch.max } };
  const finer = useFinerPart(askBands, request, shown);
  const key = JSON.stringify(request);
  const figure = useMemo(() => {
    const whole = JSON.parse(key) as BandsRequest;
    return bandsFigure(
      metric,
      groups,
      drawn.filter((band) => band.metric === metric).map((band) => withFinerBand(band, finer.parts)),
      () => ask(window.lab.runsBands({ ...whole, columns: null })),
    );
  }, [metric, groups, drawn, finer.parts, key]);
  return <ChartFigure figure={figure} onStretch={setStretch} zoomNote={finer.note} />;
}
