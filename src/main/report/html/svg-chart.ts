import type { CellOutput } from "../../../shared/live/cell-output.ts";
import { escapeHtml } from "./escape-html.ts";

type Chart = Extract<CellOutput, { kind: "chart" }>;
type HistogramOutput = Extract<CellOutput, { kind: "histogram" }>;

const [WIDTH, HEIGHT] = [640, 320];
const MARGIN = { left: 70, right: 16, top: 28, bottom: 44 } as const;
const [PLOT_WIDTH, PLOT_HEIGHT] = [WIDTH - MARGIN.left - MARGIN.right, HEIGHT - MARGIN.top - MARGIN.bottom];
/** Told apart without colour vision too: Okabe and Ito. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"] as const;
const TICKS = 5;

const short = (value: number): string => String(Number(value.toPrecision(4)));

/** Where a value lies between the ends, 0 to 1. */
interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

function scaleOf(values: readonly number[], log: boolean): Scale {
  const usable = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const [lo, hi] = usable.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
  const [from, to] = !(hi >= lo)
    ? [0, 1]
    : hi > lo
      ? [lo, hi]
      : log
        ? [lo / 2, hi * 2]
        : [lo - 0.5, hi + 0.5];
  const [a, b] = log ? [Math.log10(from), Math.log10(to)] : [from, to];
  const ticks = Array.from({ length: TICKS }, (_, i) => {
    const place = a + ((b - a) * i) / (TICKS - 1);
    return log ? 10 ** place : place;
  });
  return { at: (value) => ((log ? Math.log10(value) : value) - a) / (b - a), ticks };
}

const left = (share: number): number => MARGIN.left + share * PLOT_WIDTH;
const top = (share: number): number => MARGIN.top + (1 - share) * PLOT_HEIGHT;
const place = (value: number): string => value.toFixed(1);

function frame(
  x: Scale,
  y: Scale,
  { title, xLabel, yLabel }: { readonly title: string; readonly xLabel: string; readonly yLabel: string },
  inside: string,
): string {
  const xTicks = x.ticks.map(
    (tick) =>
      `<text x="${place(left(x.at(tick)))}" y="${HEIGHT - 26}" text-anchor="middle">${short(tick)}</text>`,
  );
  const yTicks = y.ticks.map((tick) => {
    const at = place(top(y.at(tick)));
    return (
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}" stroke="#ddd"/>` +
      `<text x="${MARGIN.left - 6}" y="${at}" text-anchor="end" dominant-baseline="middle">${short(tick)}</text>`
    );
  });
  const middle = MARGIN.top + PLOT_HEIGHT / 2;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(title === "" ? "chart" : title)}" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" ` +
    `height="${HEIGHT}" font-size="11" font-family="system-ui, sans-serif" fill="#222">` +
    `<text x="${WIDTH / 2}" y="16" text-anchor="middle" font-size="13">${escapeHtml(title)}</text>` +
    `${yTicks.join("")}${xTicks.join("")}` +
    `<text x="${MARGIN.left + PLOT_WIDTH / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeHtml(xLabel)}</text>` +
    `<text x="14" y="${middle}" text-anchor="middle" transform="rotate(-90 14 ${middle})">${escapeHtml(yLabel)}</text>` +
    `${inside}</svg>`
  );
}

/** Lines over x, as `plot` shows them. */
export function svgChart({ series, yScale, ...labels }: Chart): string {
  const log = yScale === "log";
  const x = scaleOf(
    series.flatMap((line) => line.x),
    false,
  );
  const y = scaleOf(
    series.flatMap((line) => line.y),
    log,
  );
  const lines = series.map((line, index) => {
    let path = "";
    let open = false;
    line.y.forEach((value, at) => {
      const along = line.x[at] ?? NaN;
      // What is no number breaks the line.
      if (!Number.isFinite(value) || !Number.isFinite(along) || (log && value <= 0)) open = false;
      else {
        path += `${open ? "L" : "M"}${place(left(x.at(along)))} ${place(top(y.at(value)))}`;
        open = true;
      }
    });
    return `<path d="${path}" fill="none" stroke="${COLOURS[index % COLOURS.length] ?? ""}" stroke-width="1.5"/>`;
  });
  const names = series
    .filter(({ name }) => name !== "")
    .map(
      ({ name }, index) =>
        `<text x="${WIDTH - MARGIN.right - 4}" y="${MARGIN.top + 14 + 14 * index}" text-anchor="end" ` +
        `fill="${COLOURS[index % COLOURS.length] ?? ""}">${escapeHtml(name)}</text>`,
    );
  return frame(x, y, labels, lines.join("") + names.join(""));
}

/** Bars of equal width, as `hist` shows them. */
export function svgHistogram({ title, lo, hi, counts }: HistogramOutput): string {
  const x = scaleOf([lo, hi], false);
  const y = scaleOf([0, ...counts], false);
  const width = PLOT_WIDTH / Math.max(1, counts.length);
  const bars = counts.map((count, at) => {
    const from = top(y.at(count));
    return (
      `<rect x="${place(MARGIN.left + at * width)}" width="${place(Math.max(0.5, width - 0.5))}" y="${place(from)}" ` +
      `height="${place(MARGIN.top + PLOT_HEIGHT - from)}" fill="${COLOURS[0]}"/>`
    );
  });
  return frame(x, y, { title, xLabel: "", yLabel: "elements" }, bars.join(""));
}
