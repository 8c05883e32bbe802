import type { ChartConfiguration } from "chart.js";
import type { TextTable } from "../../format/delimited-text.ts";
import type { ChartTheme } from "./chart-theme.ts";

export interface LegendEntry {
  readonly label: string;
  /** Index into the theme's series colours and dashes. */
  readonly series: number;
  readonly mark: "line" | "bar" | "frame" | "dot" | "triangle" | "cross";
  /** Dash of a line; the series' own where it is not given. */
  readonly dash?: number;
  /** Datasets that this entry shows and hides; without them it only explains. */
  readonly datasets?: readonly number[];
}

/** What one mark of a chart says when it is pointed at or pinned. */
export interface PointText {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What one mark says, or null where there is none. */
export type Describe = (index: number, dataset: number) => PointText | null;

export interface FigureOptions {
  readonly log: boolean;
  readonly animate: boolean;
}

/** A chart as data: what it says in words, as a table, and how to draw it under a theme. */
export interface Figure {
  readonly title: string;
  /** The picture in a sentence, for those who do not see it. */
  readonly summary: string;
  /** Said under the title: what a whisker is, what a dot is. */
  readonly note?: string;
  readonly legend: readonly LegendEntry[];
  /** What is drawn; asked for only when it is shown or saved. */
  readonly table: () => TextTable;
  /** Every point there is, for CSV and copy, where the drawing may have fewer: its points are another set at each zoom. */
  readonly wholeTable?: () => Promise<TextTable>;
  /** The axis that may be logarithmic, and whether it is at first. */
  readonly log?: { readonly axis: string; readonly initially: boolean };
  /** Axes that can be zoomed; `x` and `y` where they are numbers, unless it says otherwise. */
  readonly zoomAxes?: readonly string[];
  /** Axes that the keys zoom where not all of them: the others then show all that is left in sight. */
  readonly keyZoomAxes?: readonly string[];
  readonly describe: Describe;
  /** What a click on a mark opens; a value is then pinned with Shift and a click. */
  readonly open?: (dataset: number) => void;
  /** Height of the drawing in rem. */
  readonly height: number;
  readonly build: (theme: ChartTheme, options: FigureOptions) => ChartConfiguration;
}
