import { seriesColour, type ChartTheme } from "./chart-theme.ts";
import type { LegendEntry } from "./figure.ts";
import { legendMark, MARK_HEIGHT, MARK_WIDTH } from "./legend-mark.ts";
import classes from "./chart-figure.module.css";

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
      {entries.map((entry, index) => {
        const swatch = <Swatch entry={entry} theme={theme} />;
        if (entry.datasets === undefined || onToggle === null) {
          return (
            <li key={index} className={classes["entry"]}>
              {swatch}
              {entry.label}
            </li>
          );
        }
        return (
          <li key={index}>
            <button
              type="button"
              className={classes["entry"]}
              data-printed="true"
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

function Swatch({ entry, theme }: SwatchProps) {
  const colour = seriesColour(theme, entry.series);
  const { path, filled, dash } = legendMark(entry);
  return (
    <svg
      width={MARK_WIDTH}
      height={MARK_HEIGHT}
      aria-hidden="true"
      stroke={filled ? "none" : colour}
      strokeWidth={2}
      fill={filled ? colour : "none"}
    >
      <path d={path} strokeDasharray={dash.join(" ")} />
    </svg>
  );
}
