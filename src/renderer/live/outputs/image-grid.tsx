import { useLayoutEffect, useMemo, useRef, useState } from "react";
import type { CellOutput } from "../../../shared/live/cell-output.ts";
import { ChartTable } from "../../charts/export/chart-table.tsx";
import { PICTURE_SCALE, pictureOf } from "../../charts/export/picture.ts";
import { ChartToolbar } from "../../charts/interact/chart-toolbar.tsx";
import { useChartTheme } from "../../charts/kit/use-chart-theme.ts";
import { toTsv, type TextTable } from "../../format/delimited-text.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { showFailure } from "../../store/lab-store.ts";
import { copyText, saveTable, type PictureUse } from "../../store/save.ts";
import classes from "./outputs.module.css";

type Images = Extract<CellOutput, { kind: "image" }>;

const MOST_ACROSS = 16;
const GAP_PIXELS = 1;

interface Grid {
  readonly width: number;
  readonly height: number;
  readonly places: readonly { readonly x: number; readonly y: number }[];
}

/** Images beside each other, in as many rows as they need. */
function gridOf({ images }: Images): Grid {
  const across = Math.min(MOST_ACROSS, images.length);
  const width = Math.max(1, ...images.map(({ columns }) => columns)) + GAP_PIXELS;
  const height = Math.max(1, ...images.map(({ rows }) => rows)) + GAP_PIXELS;
  return {
    width: across * width - GAP_PIXELS,
    height: Math.ceil(images.length / Math.max(1, across)) * height - GAP_PIXELS,
    places: images.map((_image, at) => ({ x: (at % across) * width, y: Math.floor(at / across) * height })),
  };
}

/** Grey values as they are: 0 black, 1 white. */
function paint(canvas: HTMLCanvasElement, output: Images, { width, height, places }: Grid): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  canvas.width = width;
  canvas.height = height;
  output.images.forEach(({ rows, columns, values }, at) => {
    const data = context.createImageData(columns, rows);
    values.forEach((value, index) => {
      const grey = Math.round(255 * Math.max(0, Math.min(1, value)));
      data.data.set([grey, grey, grey, 255], index * 4);
    });
    const { x, y } = places[at] ?? { x: 0, y: 0 };
    context.putImageData(data, x, y);
  });
}

function tableOf({ images }: Images): TextTable {
  return {
    columns: ["image", "row", "column", "grey"],
    rows: images.flatMap(({ columns, values }, image) =>
      values.map((value, at) => [image, Math.floor(at / columns), at % columns, value]),
    ),
  };
}

/** Grey images that a cell showed, with the tools of every chart. */
export function ImageGrid({ output, number }: { readonly output: Images; readonly number: number }) {
  const theme = useChartTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [asTable, setAsTable] = useState(false);
  const grid = useMemo(() => gridOf(output), [output]);
  useLayoutEffect(() => {
    if (canvas.current !== null) paint(canvas.current, output, grid);
  }, [output, grid, asTable]);
  const { images, lo, hi } = output;
  const title = output.title === "" ? `Images of cell ${number}` : output.title;
  const [first] = images;
  const size = first === undefined ? "" : `${first.rows} × ${first.columns}`;
  const note = `${images.length} of ${size}; black ${formatNumber(lo)}, white ${formatNumber(hi)}`;
  const withPicture = async (take: PictureUse) => {
    const drawn = canvas.current;
    if (drawn === null) return;
    try {
      const drawing = document.createElement("canvas");
      drawing.width = drawn.clientWidth * PICTURE_SCALE;
      drawing.height = drawn.clientHeight * PICTURE_SCALE;
      const context = drawing.getContext("2d");
      if (context === null) return;
      context.imageSmoothingEnabled = false;
      context.drawImage(drawn, 0, 0, drawing.width, drawing.height);
      await take(title, await pictureOf({ title, note, legend: [], drawing, foot: [], theme }));
    } catch (error) {
      showFailure("The picture was not made", error);
    }
  };
  return (
    <figure className={classes["figure"]}>
      <figcaption className={classes["caption"]}>
        <span>
          <strong>{title}</strong> <span className={classes["timing"]}>{note}</span>
        </span>
        <ChartToolbar
          title={title}
          asTable={asTable}
          shown
          log={null}
          onLog={() => undefined}
          onResetZoom={null}
          onTable={setAsTable}
          onPicture={withPicture}
          onCsv={() => saveTable(title, tableOf(output))}
          onCopy={() => copyText("Chart data", toTsv(tableOf(output)))}
        />
      </figcaption>
      {asTable ? (
        <ChartTable caption={title} table={tableOf(output)} />
      ) : (
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${title}. ${note}`}
          className={classes["images"]}
          style={{ width: `${Math.min(grid.width * 2, 900) / 16}rem` }}
        />
      )}
    </figure>
  );
}
