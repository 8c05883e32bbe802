import { useCallback, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { toTsv, type TextTable } from "../../format/delimited-text.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { showFailure } from "../../store/lab-store.ts";
import { copyText, saveTable, type PictureUse } from "../../store/save.ts";
import { ChartTable } from "../export/chart-table.tsx";
import { seriesColour } from "./chart-theme.ts";
import { ChartToolbar } from "../interact/chart-toolbar.tsx";
import { useCellPointer, type Cell, type CellGrid } from "../interact/use-cell-pointer.ts";
import { PICTURE_SCALE, pictureOf } from "../export/picture.ts";
import { useChartTheme } from "./use-chart-theme.ts";
import classes from "./heat-map.module.css";

export interface HeatMapData {
  readonly title: string;
  /** The picture in a sentence, for those who do not see it. */
  readonly summary: string;
  readonly note: string;
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly values: readonly number[];
  readonly rowLabel: (row: number) => string;
  readonly columnLabel: (column: number) => string;
  /** Below each other at the left and right of the scale. */
  readonly rowAxis: string;
  readonly columnAxis: string;
  /** The first row has the largest value. */
  readonly upwards?: boolean;
  /** Few cells: each shows its value, each row and column its name. */
  readonly labelled?: boolean;
}

interface Paint {
  readonly surface: string;
  readonly colour: string;
  /** Of values below zero. */
  readonly negative: string;
  readonly scale: (value: number) => number;
}

/** A cell's colour by its part of the largest value: from the ground to a series colour, the second one below zero. */
function paint(
  canvas: HTMLCanvasElement,
  { rows, columns, values }: HeatMapData,
  { surface, colour, negative, scale }: Paint,
): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  canvas.width = columns;
  canvas.height = rows;
  context.fillStyle = surface;
  context.fillRect(0, 0, columns, rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column] ?? 0;
      const share = scale(value);
      if (share === 0) continue;
      context.globalAlpha = share;
      context.fillStyle = value < 0 ? negative : colour;
      context.fillRect(column, row, 1, 1);
    }
  }
}

const tableOf = ({ rowAxis, rows, columns, values, rowLabel, columnLabel }: HeatMapData): TextTable => ({
  columns: [rowAxis, ...Array.from({ length: columns }, (_, column) => columnLabel(column))],
  rows: Array.from({ length: rows }, (_, row) => [
    rowLabel(row),
    ...values.slice(row * columns, (row + 1) * columns),
  ]),
});

/** As large as on the page at the scale of a picture, every cell with sharp edges. */
function enlarged(
  canvas: HTMLCanvasElement,
  data: HeatMapData,
  inkOf: (value: number) => string,
): HTMLCanvasElement {
  const copy = document.createElement("canvas");
  copy.width = canvas.clientWidth * PICTURE_SCALE;
  copy.height = canvas.clientHeight * PICTURE_SCALE;
  const context = copy.getContext("2d");
  if (context === null) return copy;
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, copy.width, copy.height);
  if (data.labelled !== true) return copy;
  const [width, height] = [copy.width / data.columns, copy.height / data.rows];
  context.font = `${Math.min(height * 0.55, width * 0.3)}px sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  data.values.forEach((value, index) => {
    context.fillStyle = inkOf(value);
    const [row, column] = [Math.floor(index / data.columns), index % data.columns];
    context.fillText(formatNumber(value), (column + 0.5) * width, (row + 0.5) * height);
  });
  return copy;
}

/** From this part of the full colour on, letters are in the colour of the ground. */
const DARK_FROM = 0.55;

/** Names of rows take this much of the width at most; longer ones are cut, with the whole name on hover. */
const MOST_LABEL_REM = 7;
/** Width of a figure of the fixed-width font, with a little room. */
const EM_A_FIGURE = 0.65;
const longest = (texts: readonly string[]): number => Math.max(1, ...texts.map(({ length }) => length));

function labelWidthOf({ rows, rowLabel }: HeatMapData): string {
  const names = Array.from({ length: rows }, (_, row) => rowLabel(row));
  return `${Math.min(MOST_LABEL_REM, 0.5 * longest(names) + 0.75)}rem`;
}

/** A cell that is opened is pointed at: its row must not be thinner than a few pixels. */
const heightToPoint = (rows: number): string => `${Math.min(40, Math.max(14, rows * 0.5))}rem`;

/** What the scale goes from and to; whether some values are below zero. */
function rangeOf(values: readonly number[], log: boolean): { below: boolean; most: number; least: number } {
  const finite = values.filter(Number.isFinite);
  const below = finite.some((value) => value < 0);
  const most = finite.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const leastPositive = finite.reduce((least, value) => (value > 0 ? Math.min(least, value) : least), most);
  return { below, most, least: log ? leastPositive : below ? -most : 0 };
}

interface CellFrameProps {
  readonly cell: Cell | null;
  readonly kind: "pointed" | "opened";
  readonly grid: CellGrid;
}

/** Shows which cell is meant. */
function CellFrame({ cell, kind, grid: { rows, columns } }: CellFrameProps) {
  if (cell === null) return null;
  const style = {
    left: `${(100 * cell.column) / columns}%`,
    top: `${(100 * cell.row) / rows}%`,
    width: `${100 / columns}%`,
    height: `${100 / rows}%`,
  };
  return <div className={classes["frame"]} data-kind={kind} style={style} aria-hidden="true" />;
}

/** What cells open. */
export interface CellAction {
  /** "the rows behind it": said of what Enter shows. */
  readonly what: string;
  readonly opened: Cell | null;
  readonly onOpen: (cell: Cell) => void;
}

interface HeatMapProps {
  readonly data: HeatMapData;
  readonly log?: boolean;
  readonly action?: CellAction;
}

/** Many cells as a picture with its scale in numbers; the table says the same in text. */
export function HeatMap({ data, log = false, action }: HeatMapProps) {
  const theme = useChartTheme();
  const colour = seriesColour(theme, 0);
  const negative = seriesColour(theme, 1);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [asTable, setAsTable] = useState(false);
  const keys = useId();
  const { below, most, least } = useMemo(() => rangeOf(data.values, log), [data, log]);
  const scale = useCallback(
    (value: number): number => {
      const span = log ? Math.log(most / least) : most;
      const size = log ? value : Math.abs(value);
      if (!(size > 0) || !(span > 0)) return size > 0 ? 1 : 0;
      return log ? 0.1 + (0.9 * Math.log(size / least)) / span : size / most;
    },
    [log, most, least],
  );
  const inkOf = (value: number): string => (scale(value) > DARK_FROM ? theme.surface : theme.ink);
  useLayoutEffect(() => {
    if (canvas.current === null) return;
    paint(canvas.current, data, { surface: theme.surface, colour, negative, scale });
  }, [data, scale, theme, colour, negative, asTable]);
  const { title, summary, note, rows, columns, values, rowLabel, columnLabel } = data;
  const words = ({ row, column }: Cell): string =>
    `${rowLabel(row)}, ${columnLabel(column)}: ${formatNumber(values[row * columns + column] ?? NaN)}`;
  const { pointed, said, pointer, onKeyDown, forget } = useCellPointer({
    rows,
    columns,
    words,
    onOpen: action?.onOpen ?? null,
  });
  const focusable =
    action === undefined
      ? {}
      : ({
          role: "group",
          "aria-label": `Cells: ${title}`,
          "aria-describedby": keys,
          tabIndex: 0,
          onKeyDown,
          onBlur: forget,
        } as const);
  const labelWidth = data.labelled === true ? labelWidthOf(data) : "0";
  const axes = `${data.upwards === true ? "↑" : "↓"} ${data.rowAxis}, → ${data.columnAxis}`;
  const withPicture = async (take: PictureUse) => {
    if (canvas.current === null) return;
    try {
      const ramp = `${formatNumber(least, 3)} … ${formatNumber(most, 3)}${log ? ", log scale" : ""}`;
      const drawing = enlarged(canvas.current, data, inkOf);
      const foot = [
        axes,
        `${below ? "from one colour over the background to the other" : "from the background to the full colour"}: ${ramp}`,
      ];
      await take(title, await pictureOf({ title, note, legend: [], drawing, foot, theme }));
    } catch (error) {
      showFailure("The picture was not made", error);
    }
  };
  return (
    <figure className={classes["figure"]} data-chart="heat-map">
      <figcaption className={classes["caption"]}>
        <div className={classes["words"]} data-tools="true">
          <strong>{title}</strong> <span className={classes["note"]}>{note}</span>
        </div>
        <ChartToolbar
          title={title}
          asTable={asTable}
          shown
          log={null}
          onLog={() => undefined}
          onResetZoom={null}
          onTable={setAsTable}
          onPicture={withPicture}
          onCsv={() => saveTable(title, tableOf(data))}
          onCopy={() => copyText("Chart data", toTsv(tableOf(data)))}
        />
      </figcaption>
      {asTable ? (
        <ChartTable caption={title} table={tableOf(data)} />
      ) : (
        <>
          {data.labelled === true && (
            <div
              className={classes["columns"]}
              aria-hidden="true"
              style={{ marginLeft: labelWidth, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
            >
              {Array.from({ length: columns }, (_, column) => (
                <span key={column} title={columnLabel(column)}>
                  {columnLabel(column)}
                </span>
              ))}
            </div>
          )}
          <div
            className={classes["map"]}
            data-labelled={data.labelled === true}
            style={{ marginLeft: labelWidth }}
            {...focusable}
          >
            {data.labelled === true && (
              <div className={classes["rows"]} aria-hidden="true" style={{ width: labelWidth }}>
                {Array.from({ length: rows }, (_, row) => (
                  <span key={row} title={rowLabel(row)}>
                    {rowLabel(row)}
                  </span>
                ))}
              </div>
            )}
            <canvas
              ref={canvas}
              role="img"
              aria-label={`${title}. ${summary}`}
              className={classes["canvas"]}
              data-opens={action !== undefined}
              style={action === undefined || data.labelled === true ? {} : { height: heightToPoint(rows) }}
              {...pointer}
            />
            {action !== undefined && (
              <>
                <CellFrame cell={pointed} kind="pointed" grid={data} />
                <CellFrame cell={action.opened} kind="opened" grid={data} />
                <span id={keys} hidden>
                  Arrow keys go from cell to cell, Enter shows {action.what}.
                </span>
                <span className="visually-hidden" role="status">
                  {said}
                </span>
              </>
            )}
            {data.labelled === true && (
              <div
                className={classes["cells"]}
                aria-hidden="true"
                style={{
                  gridTemplate: `repeat(${rows}, 1fr) / repeat(${columns}, minmax(0, 1fr))`,
                  fontSize: `min(var(--text-small), calc(100cqi / ${columns} / ${longest(values.map((value) => formatNumber(value)))} / ${EM_A_FIGURE}))`,
                }}
              >
                {values.map((value, index) => (
                  <span key={index} style={{ color: inkOf(value) }}>
                    {formatNumber(value)}
                  </span>
                ))}
              </div>
            )}
          </div>
          <div className={classes["scale"]}>
            <span>{axes}</span>
            <span className="mono">{pointed === null ? "" : words(pointed)}</span>
            <span className={classes["legend"]}>
              <span className="mono">{formatNumber(least, 3)}</span>
              <span
                className={classes["ramp"]}
                style={{
                  background: `linear-gradient(to right, ${below ? `${negative}, ` : ""}${theme.surface}, ${colour})`,
                }}
                aria-hidden="true"
              />
              <span className="mono">{formatNumber(most, 3)}</span>
              {log ? " log scale" : ""}
            </span>
          </div>
        </>
      )}
    </figure>
  );
}
