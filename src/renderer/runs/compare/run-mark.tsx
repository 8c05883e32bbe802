import { seriesColour, seriesDash } from "../../charts/kit/chart-theme.ts";
import { useChartTheme } from "../../charts/kit/use-chart-theme.ts";
import type { RunLook } from "./run-look.ts";

const WIDTH = 22;
const HEIGHT = 10;

/** The run's line as it is in the charts. */
export function RunMark({ look: { colour, dash } }: { readonly look: RunLook }) {
  const theme = useChartTheme();
  return (
    <svg
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
      stroke={seriesColour(theme, colour)}
      strokeWidth={2}
    >
      <line x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} strokeDasharray={seriesDash(dash).join(" ")} />
    </svg>
  );
}
