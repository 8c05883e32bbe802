import { Button } from "@mantine/core";
import { Table2 } from "lucide-react";
import { useLayoutEffect, useRef, useState } from "react";
import { formatNumber } from "../format/number.ts";
import tables from "../ui/data-table.module.css";
import classes from "./heat-map.module.css";
import { useChartTheme } from "./use-chart-theme.ts";

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
}

/** A cell's colour by its part of the largest value: from the ground to the first series colour. */
function paint(
  canvas: HTMLCanvasElement,
  { rows, columns, values }: HeatMapData,
  { surface, colour, scale }: { surface: string; colour: string; scale: (value: number) => number },
): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  canvas.width = columns;
  canvas.height = rows;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      context.globalAlpha = 1;
      context.fillStyle = surface;
      context.fillRect(column, row, 1, 1);
      context.globalAlpha = scale(values[row * columns + column] ?? 0);
      context.fillStyle = colour;
      context.fillRect(column, row, 1, 1);
    }
  }
}

/** Many cells as a picture with its scale in numbers; the table says the same in text. */
export function HeatMap({ data, log = false }: { readonly data: HeatMapData; readonly log?: boolean }) {
  const theme = useChartTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [asTable, setAsTable] = useState(false);
  const [pointed, setPointed] = useState<string>("");
  const finite = data.values.filter(Number.isFinite);
  const most = Math.max(0, ...finite);
  const least = log ? Math.min(...finite.filter((value) => value > 0), most) : 0;
  useLayoutEffect(() => {
    if (canvas.current === null) return;
    const span = log ? Math.log(most / least) : most;
    const scale = (value: number): number => {
      if (!(value > 0) || !(span > 0)) return value > 0 ? 1 : 0;
      return log ? 0.1 + (0.9 * Math.log(value / least)) / span : value / most;
    };
    paint(canvas.current, data, {
      surface: theme.surface,
      colour: theme.series[0] ?? theme.ink,
      scale,
    });
  }, [data, log, most, least, theme, asTable]);
  const { title, summary, note, rows, columns, values, rowLabel, columnLabel } = data;
  return (
    <figure className={classes["figure"]} data-chart="heat-map">
      <figcaption className={classes["caption"]}>
        <strong>{title}</strong> <span className={classes["note"]}>{note}</span>
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          leftSection={<Table2 size="0.875rem" aria-hidden="true" />}
          aria-label={`${asTable ? "Show as picture" : "Show as table"}: ${title}`}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? "picture" : "table"}
        </Button>
      </figcaption>
      {asTable ? (
        <div className={classes["table"]} tabIndex={0} role="region" aria-label={`${title} as a table`}>
          <table className={tables["table"]}>
            <thead>
              <tr>
                <th scope="col">{data.rowAxis}</th>
                {Array.from({ length: columns }, (_, column) => (
                  <th key={column} scope="col" data-numeric="true">
                    {columnLabel(column)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {Array.from({ length: rows }, (_, row) => (
                <tr key={row}>
                  <th scope="row">{rowLabel(row)}</th>
                  {Array.from({ length: columns }, (_, column) => (
                    <td key={column} data-numeric="true">
                      {formatNumber(values[row * columns + column] ?? NaN, 3)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <>
          <canvas
            ref={canvas}
            role="img"
            aria-label={`${title}. ${summary}`}
            className={classes["canvas"]}
            onPointerMove={(event) => {
              const box = event.currentTarget.getBoundingClientRect();
              const row = Math.min(rows - 1, Math.floor(((event.clientY - box.top) / box.height) * rows));
              const column = Math.min(
                columns - 1,
                Math.floor(((event.clientX - box.left) / box.width) * columns),
              );
              const value = values[row * columns + column] ?? NaN;
              setPointed(`${rowLabel(row)}, ${columnLabel(column)}: ${formatNumber(value)}`);
            }}
            onPointerLeave={() => setPointed("")}
          />
          <div className={classes["scale"]}>
            <span>
              ↓ {data.rowAxis}, → {data.columnAxis}
            </span>
            <span className="mono">{pointed}</span>
            <span className={classes["legend"]}>
              <span className="mono">{formatNumber(log ? least : 0, 3)}</span>
              <span className={classes["ramp"]} aria-hidden="true" />
              <span className="mono">{formatNumber(most, 3)}</span>
              {log ? " log scale" : ""}
            </span>
          </div>
        </>
      )}
    </figure>
  );
}
