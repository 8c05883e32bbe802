import { seriesColour, seriesDash, type ChartTheme } from "./chart-theme.ts";
import type { LegendEntry } from "./figure.ts";
import classes from "./chart-figure.module.css";

const WIDTH = 22;
const HEIGHT = 10;

interface ChartLegendProps {
  readonly title: string;
  readonly entries: readonly LegendEntry[];
  readonly theme: ChartTheme;
  readonly hidden: ReadonlySet<string>;
  /** Null where there is nothing to show or hide. */
  readonly onToggle: ((label: string) => void) | null;
}

/** What each colour and mark means; pressing an entry hides what it stands for. */
export function ChartLegend({ title, entries, theme, hidden, onToggle }: ChartLegendProps) {
  if (entries.length === 0) return null;
  return (
    <ul className={classes["legend"]}>
      {entries.map((entry) => {
        const swatch = <Swatch entry={entry} theme={theme} />;
        if (entry.datasets === undefined || onToggle === null) {
          return (
            <li key={entry.label} className={classes["entry"]}>
              {swatch}
              {entry.label}
            </li>
          );
        }
        return (
          <li key={entry.label}>
            <button
              type="button"
              className={classes["entry"]}
              aria-pressed={!hidden.has(entry.label)}
              aria-label={`${entry.label}: ${title}`}
              title={hidden.has(entry.label) ? "Show" : "Hide"}
              onClick={() => onToggle(entry.label)}
            >
              {swatch}
              {entry.label}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

interface SwatchProps {
  readonly entry: LegendEntry;
  readonly theme: ChartTheme;
}

function Swatch({ entry: { series, mark, dash = series }, theme }: SwatchProps) {
  const colour = seriesColour(theme, series);
  const [x, y] = [WIDTH / 2, HEIGHT / 2];
  return (
    <svg width={WIDTH} height={HEIGHT} aria-hidden="true" stroke={colour} strokeWidth={2} fill="none">
      {mark === "bar" && <rect width={WIDTH} height={HEIGHT} rx={1} fill={colour} stroke="none" />}
      {mark === "line" && <line x2={WIDTH} y1={y} y2={y} strokeDasharray={seriesDash(dash).join(" ")} />}
      {mark === "dot" && <circle cx={x} cy={y} r={3.5} fill={colour} stroke="none" />}
      {mark === "triangle" && <path d={`M${x} 1 L${x + 4.5} 9 L${x - 4.5} 9 Z`} />}
      {mark === "cross" && <path d={`M${x - 4} 1 L${x + 4} 9 M${x + 4} 1 L${x - 4} 9`} />}
    </svg>
  );
}
