import { Button, Checkbox, SegmentedControl } from "@mantine/core";
import { useEffect, useMemo, useState } from "react";
import { MEASURING_TITLE, type InitReport, type InitSide } from "../../shared/experiments/init.ts";
import { ChartFigure } from "../charts/kit/chart-figure.tsx";
import { HeatMap, type HeatMapData } from "../charts/kit/heat-map.tsx";
import { formatDuration } from "../../shared/format/duration.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { useStore } from "../store/create-store.ts";
import { initStore, loadInitPresets, measureBand, measureInit } from "./init-store.ts";
import { labStore } from "../store/lab-store.ts";
import { Formula } from "../ui/formula.tsx";
import { ErrorNotice } from "../ui/notices.tsx";
import { ViewLayout } from "../ui/view-layout.tsx";
import { bandFigure } from "./band-figure.ts";
import { InitialiseControls } from "./initialise-controls.tsx";
import { useInitialiseForm } from "./initialise-form.ts";
import { LayerTable, type Watched } from "./layer-table.tsx";
import { stdFigure } from "./std-figure.ts";
import own from "./initialise.module.css";

/** A control that is dragged changes many times a second: the last value counts. */
const SETTLE_MS = 100;

export function InitialiseView() {
  const { settings } = useInitialiseForm();
  const report = useStore(initStore, (state) => state.report);
  const failure = useStore(initStore, (state) => state.failure);
  const blocked = useStore(labStore, ({ activity }) =>
    activity === null || activity.title === MEASURING_TITLE ? null : activity.title,
  );
  useEffect(() => void loadInitPresets(), []);
  useEffect(() => {
    if (settings === null || blocked !== null) return undefined;
    const timer = setTimeout(() => void measureInit(settings), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [settings, blocked]);
  return (
    <ViewLayout controls={<InitialiseControls />} controlsLabel="Initialisation settings">
      <div className={own["about"]}>
        <p>
          A network just drawn, before any training. Each layer multiplies the spread of what it gets: over
          many layers the signal explodes or vanishes, unless the weights’ standard deviation fits the layer’s
          size.
        </p>
        <Formula
          source={String.raw`\text{Kaiming: } \sigma=\sqrt{2/n_\text{in}},\quad \text{Xavier: } \sigma=\sqrt{2/(n_\text{in}+n_\text{out})}`}
        />
        <details>
          <summary>Why these numbers?</summary>
          <p>
            A unit sums n products; their variances add, so the sum has n times the variance of one. With
            weights of variance 1/n the sum keeps the variance of its inputs. A relu throws half of it away,
            hence the 2 of Kaiming; Xavier asks for the same of the gradients on their way back, hence the two
            sizes.
          </p>
        </details>
      </div>
      {blocked !== null && (
        <p role="status">{blocked} is running; the layers are drawn again when it has ended.</p>
      )}
      {failure !== null && blocked === null && (
        <ErrorNotice
          title="The layers could not be measured"
          error={failure}
          onRetry={() => {
            if (settings !== null) void measureInit(settings);
          }}
        />
      )}
      {report === null ? <p>Drawing the network…</p> : <InitResults report={report} />}
      <PresetBands report={report} />
    </ViewLayout>
  );
}

/** What was seen, in charts and in a table a side. */
export function InitResults({ report }: { readonly report: InitReport }) {
  const { sides, notes } = report;
  const [log, setLog] = useState(false);
  const [of, setOf] = useState<Watched>("activation");
  const backward = sides.some(({ layers }) => layers.some(({ gradient }) => gradient !== null));
  const shown = backward ? of : "activation";
  const activations = useMemo(() => stdFigure(sides, "activation"), [sides]);
  const gradients = useMemo(() => stdFigure(sides, "gradient"), [sides]);
  const maps = useMemo(() => sides.map((side) => heatMapOf(side, shown)), [sides, shown]);
  return (
    <>
      {notes.length > 0 && (
        <ul className={own["notes"]}>
          {notes.map((note, index) => (
            <li key={index}>{note}</li>
          ))}
        </ul>
      )}
      <div className={own["charts"]}>
        {activations !== null && <ChartFigure figure={activations} />}
        {gradients !== null && <ChartFigure figure={gradients} />}
        {maps.map((map, side) => (
          <HeatMap key={side} data={map} log={log} />
        ))}
      </div>
      <div className={own["switches"]}>
        <SegmentedControl
          aria-label="Statistics of"
          value={shown}
          disabled={!backward}
          data={[
            { value: "activation", label: "activations" },
            { value: "gradient", label: "gradients" },
          ]}
          onChange={(value) => setOf(value === "gradient" ? "gradient" : "activation")}
        />
        <Checkbox
          label="Histograms over depth on a log scale"
          checked={log}
          onChange={(event) => setLog(event.currentTarget.checked)}
        />
      </div>
      {sides.map((side, index) => (
        <section key={index} className={own["side"]}>
          <h2>{side.title}</h2>
          <p className={own["quiet"]}>
            loss {formatNumber(side.loss)}; drawn and measured in {formatDuration(side.ms)}
          </p>
          <LayerTable side={side} of={shown} />
        </section>
      ))}
    </>
  );
}

/** Histograms of all layers below each other, each over its own mean ± 4 std. */
function heatMapOf({ title, layers }: InitSide, of: Watched): HeatMapData {
  const bins = Math.max(1, ...layers.map((layer) => layer[of]?.histogram.counts.length ?? 0));
  const values = layers.flatMap((layer) => {
    const counts = layer[of]?.histogram.counts ?? [];
    const total = counts.reduce((sum, count) => sum + count, 0);
    return Array.from({ length: bins }, (_, bin) => (counts[bin] ?? 0) / Math.max(1, total));
  });
  return {
    title: `Histograms of ${of === "activation" ? "activations" : "gradients"} over depth: ${title}`,
    note: "share of a layer's values in each bin, over its own mean ± 4 std",
    summary: `${layers.length} layers from top to bottom, ${bins} bins each.`,
    rows: layers.length,
    columns: bins,
    values,
    rowAxis: "layer",
    columnAxis: "value",
    rowLabel: (row) => `${row + 1}. ${layers[row]?.label ?? ""}`,
    columnLabel: (column) => `bin ${column + 1}`,
  };
}

/** The notebook's four numbers, each with the band that 30 seeds give. */
function PresetBands({ report }: { readonly report: InitReport | null }) {
  const presets = useStore(initStore, (state) => state.presets);
  const bands = useStore(initStore, (state) => state.bands);
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  return (
    <section className={own["side"]} aria-label="The notebook's four first layers">
      <h2>The notebook’s four first layers</h2>
      <div className={own["charts"]}>
        {presets.map((preset) => {
          const band = bands[preset.id];
          const shown = report?.sides[0]?.layers[preset.position - 1];
          return (
            <div key={preset.id} className={own["preset"]}>
              <h3>{preset.title}</h3>
              <p>{preset.sentence}</p>
              <p className="mono">
                mean {preset.expected.mean}, std {preset.expected.std}
              </p>
              {band === undefined ? (
                <Button
                  variant="default"
                  size="compact-sm"
                  disabled={busy}
                  aria-label={`Draw 30 seeds: ${preset.title}`}
                  onClick={() => void measureBand(preset.id)}
                >
                  Draw 30 seeds
                </Button>
              ) : (
                <ChartFigure figure={bandFigure(preset, band, shown?.activation ?? null)} />
              )}
            </div>
          );
        })}
      </div>
    </section>
  );
}
