import { seriesColour, seriesDash, type ChartTheme } from "./chart-theme.ts";
import type { LegendEntry } from "./figure.ts";
import classes from "./chart-figure.module.css";

const WIDTH = 22;
const HEIGHT = 10;

export function ChartLegend({
  entries,
  theme,
}: {
  readonly entries: readonly LegendEntry[];
  readonly theme: ChartTheme;
}) {
  if (entries.length === 0) return null;
  return (
    <ul className={classes["legend"]}>
      {entries.map((entry) => (
        <li key={entry.label} className={classes["entry"]}>
          <Swatch entry={entry} theme={theme} />
          {entry.label}
        </li>
      ))}
    </ul>
  );
}

function Swatch({
  entry: { series, mark },
  theme,
}: {
  readonly entry: LegendEntry;
  readonly theme: ChartTheme;
}) {
  const colour = seriesColour(theme, series);
  return (
    <svg width={WIDTH} height={HEIGHT} aria-hidden="true">
      {mark === "bar" ? (
        <rect width={WIDTH} height={HEIGHT} rx={1} fill={colour} />
      ) : (
        <line
          x2={WIDTH}
          y1={HEIGHT / 2}
          y2={HEIGHT / 2}
          stroke={colour}
          strokeWidth={series === 0 ? 1 : 2}
          strokeDasharray={seriesDash(Math.max(0, series - 1)).join(" ")}
        />
      )}
    </svg>
  );
}
