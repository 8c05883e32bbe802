import { seriesDash } from "./chart-theme.ts";
import type { LegendEntry } from "./figure.ts";

/** The box that a mark is drawn in, in pixels. */
export const MARK_WIDTH = 22;
export const MARK_HEIGHT = 10;

const PATHS: Readonly<Record<LegendEntry["mark"], string>> = {
  bar: "M0 0H22V10H0Z",
  frame: "M1 1H21V9H1Z",
  line: "M0 5H22",
  dot: "M7.5 5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0Z",
  triangle: "M11 1L15.5 9L6.5 9Z",
  cross: "M7 1L15 9M15 1L7 9",
};

interface LegendMark {
  /** In SVG's words, for the page and for a canvas. */
  readonly path: string;
  readonly filled: boolean;
  readonly dash: readonly number[];
}

/** What stands before a name in a legend. */
export const legendMark = ({ mark, series, dash = series }: LegendEntry): LegendMark => ({
  path: PATHS[mark],
  filled: mark === "bar" || mark === "dot",
  dash: mark === "line" ? seriesDash(dash) : [],
});
