import { useRef, useState } from "react";
import { useReducedMotion } from "../../preferences/use-appearance.ts";
import { toTsv, type TextTable } from "../../format/delimited-text.ts";
import { showFailure } from "../../store/lab-store.ts";
import { copyText, saveTable, type PictureUse } from "../../store/save.ts";
import { chartPicture } from "../export/chart-picture.ts";
import { ChartLegend } from "./chart-legend.tsx";
import { ChartStage } from "./chart-stage.tsx";
import { ChartTable } from "../export/chart-table.tsx";
import { ChartToolbar } from "../interact/chart-toolbar.tsx";
import type { Figure } from "./figure.ts";
import { PinList } from "../interact/pin-list.tsx";
import { useChartTheme } from "./use-chart-theme.ts";
import { useChartView } from "../interact/use-chart-view.ts";
import { useChart, type Live } from "./use-chart.ts";
import { useNearViewport } from "./use-near-viewport.ts";
import { NO_ZOOM, type ShownStretch, type Zoom } from "../interact/zoom.ts";
import classes from "./chart-figure.module.css";

interface ChartFigureProps {
  readonly figure: Figure;
  readonly live?: Live;
  /** Keeps the tools in sight instead of showing them on hover and focus. */
  readonly toolsShown?: boolean;
  /** Hears which part of the x axis is shown; null is all of it. */
  readonly onStretch?: (stretch: ShownStretch | null) => void;
  /** Said under the drawing while a part of it is shown. */
  readonly zoomNote?: string | null;
}

/** A chart with its title, legend and tools; its table says the same in text. */
export function ChartFigure({
  figure,
  live,
  toolsShown = false,
  onStretch,
  zoomNote = null,
}: ChartFigureProps) {
  const theme = useChartTheme();
  const animate = !useReducedMotion();
  const box = useRef<HTMLElement>(null);
  const near = useNearViewport(box);
  const [log, setLog] = useState(figure.log?.initially ?? false);
  const [asTable, setAsTable] = useState(false);
  const { view, zoomTo: showZoom, toggle, togglePin, unpin } = useChartView();
  const { canvas, chart } = useChart(figure, theme, {
    log,
    animate,
    view,
    live: live ?? null,
    enabled: near && !asTable,
  });
  const zoomTo = (zoom: Zoom | null) => {
    showZoom(zoom);
    const x = zoom?.["x"];
    onStretch?.(x === undefined ? null : { ...x, widthPx: chart.current?.chartArea.width ?? 0 });
  };
  const zoomed = view.zoom !== NO_ZOOM;
  // Points that grow or are thinned out are counted anew; elsewhere a pin says what is there now.
  const changes = live !== undefined || figure.wholeTable !== undefined;
  const pinned = view.pins.map(({ index, dataset, text }) =>
    changes ? text : (figure.describe(index, dataset) ?? text),
  );

  const withPicture = async (take: PictureUse) => {
    if (chart.current === null) return;
    try {
      const { hidden } = view;
      await take(figure.title, await chartPicture(chart.current, { figure, theme, hidden, pinned }));
    } catch (error) {
      showFailure("The picture was not made", error);
    }
  };

  const withTable = async (take: (table: TextTable) => Promise<void>) => {
    try {
      await take((await figure.wholeTable?.()) ?? figure.table());
    } catch (error) {
      showFailure("The points were not read", error);
    }
  };

  return (
    <figure ref={box} className={classes["figure"]}>
      <figcaption className={classes["caption"]}>
        <div className={classes["words"]} data-tools={toolsShown || asTable || zoomed}>
          <span className={classes["title"]}>{figure.title}</span>
          {figure.note !== undefined && <span className={classes["note"]}>{figure.note}</span>}
        </div>
        <ChartToolbar
          title={figure.title}
          asTable={asTable}
          shown={toolsShown || asTable || zoomed}
          log={figure.log === undefined ? null : { axis: figure.log.axis, on: log }}
          onLog={(on) => {
            setLog(on);
            zoomTo(null);
          }}
          onResetZoom={zoomed ? () => zoomTo(null) : null}
          onTable={setAsTable}
          onPicture={withPicture}
          onCsv={() => withTable((table) => saveTable(figure.title, table))}
          onCopy={() => withTable((table) => copyText("Chart data", toTsv(table)))}
        />
      </figcaption>
      <ChartLegend
        title={figure.title}
        entries={figure.legend}
        theme={theme}
        hidden={view.hidden}
        onToggle={asTable ? null : toggle}
      />
      {asTable ? (
        <ChartTable
          caption={figure.title}
          table={figure.table()}
          drawnOnly={figure.wholeTable !== undefined}
        />
      ) : (
        <ChartStage
          figure={figure}
          live={live ?? null}
          canvas={canvas}
          chart={chart}
          zoom={view.zoom}
          onZoom={zoomTo}
          onPin={togglePin}
        />
      )}
      {!asTable && zoomed && zoomNote !== null && <p className={classes["foot"]}>{zoomNote}</p>}
      {!asTable && <PinList title={figure.title} texts={pinned} onRemove={unpin} />}
    </figure>
  );
}
