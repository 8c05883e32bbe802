import { NativeSelect } from "@mantine/core";
import { useMemo, useState } from "react";
import type { ImportedReport } from "../../shared/experiments/imported.ts";
import type { CurvesRequest, DrawnCurve } from "../../shared/runs/run-curves.ts";
import { useAnswer } from "../bridge/use-answer.ts";
import { withFinerPart } from "../charts/curves/finer-part.ts";
import { askCurves, useCurves } from "../charts/curves/use-curves.ts";
import { useFinerPart } from "../charts/curves/use-finer-part.ts";
import { histogramFigure } from "../charts/figures/histogram-figure.ts";
import type { ShownStretch } from "../charts/interact/zoom.ts";
import { ChartFigure } from "../charts/kit/chart-figure.tsx";
import { formatNumber } from "../../shared/format/number.ts";
import { useStore } from "../store/create-store.ts";
import { runsRevision } from "../store/lab-store.ts";
import { ErrorNotice } from "../ui/notices.tsx";
import type { RunPartProps } from "../ui/run-part.ts";
import part from "../ui/run-part.module.css";
import { importedCurveFigure } from "./imported-curve-figure.ts";
import classes from "./exchange.module.css";

const COLUMNS = 600;
/** More charts are chosen by the metrics' names in a comparison. */
const MOST_CHARTS = 60;

/** What was measured elsewhere: where it is from, what is missing, its curves, histograms and texts. */
export function ImportedRunPart({ details: { run } }: RunPartProps) {
  const revision = useStore(runsRevision);
  const input = useMemo(() => ({ runId: run.id }), [run.id]);
  const request = (metrics: CurvesRequest["metrics"]): CurvesRequest => ({
    runIds: [run.id],
    metrics,
    columns: COLUMNS,
    steps: null,
    smoothings: [],
    at: [],
  });
  const report = useAnswer(window.lab.exchangeReport, input, revision, 0);
  const curves = useCurves(request(null));
  const drawn = curves.kind === "known" ? curves.value.slice(0, MOST_CHARTS) : [];
  const left = curves.kind === "known" ? curves.value.length - drawn.length : 0;
  return (
    <>
      <section className={part["part"]} aria-label="Measured elsewhere">
        <h3>Measured elsewhere</h3>
        {report.kind === "failed" && (
          <ErrorNotice title="Where it is from could not be read" error={report.error} />
        )}
        {report.kind === "known" && (
          <>
            <p>
              Read from {report.value.format}:{" "}
              <code className={classes["source"]}>{report.value.source}</code>. Its times are those of another
              machine or program: they are not comparable with times measured here.
            </p>
            {report.value.notes.length > 0 && (
              <ul className={classes["notes"]} aria-label="What is missing">
                {report.value.notes.map((note) => (
                  <li key={note}>{note}</li>
                ))}
              </ul>
            )}
          </>
        )}
      </section>
      <section className={part["part"]} aria-label="Curves">
        <h3>Curves</h3>
        {curves.kind === "failed" && (
          <ErrorNotice title="The curves could not be read" error={curves.error} />
        )}
        <div className={classes["charts"]}>
          {drawn.map((curve) => (
            <ImportedCurve key={curve.metric} curve={curve} request={request([curve.metric])} />
          ))}
        </div>
        {left > 0 && <p>{formatNumber(left)} more metrics are drawn in a comparison.</p>}
      </section>
      {report.kind === "known" && report.value.histograms.length > 0 && <Histograms report={report.value} />}
      {report.kind === "known" && report.value.texts.length > 0 && <Texts report={report.value} />}
    </>
  );
}

interface ImportedCurveProps {
  readonly curve: DrawnCurve;
  /** What is asked for where all of the curve is shown. */
  readonly request: CurvesRequest;
}

/** One curve; the part that is zoomed into is read anew, more finely. */
function ImportedCurve({ curve, request }: ImportedCurveProps) {
  const [stretch, setStretch] = useState<ShownStretch | null>(null);
  const shown = stretch === null ? null : { stretch, steps: { from: stretch.min, to: stretch.max } };
  const finer = useFinerPart(askCurves, request, shown);
  const figure = useMemo(() => importedCurveFigure(withFinerPart(curve, finer.parts)), [curve, finer.parts]);
  return <ChartFigure figure={figure} onStretch={setStretch} zoomNote={finer.note} />;
}

/** The histograms of one name, at the step that is chosen. */
function Histograms({ report: { histograms } }: { readonly report: ImportedReport }) {
  const names = useMemo(() => [...new Set(histograms.map(({ name }) => name))], [histograms]);
  const [chosen, setChosen] = useState<{ readonly name: string; readonly step: number } | null>(null);
  const name = names.find((one) => one === chosen?.name) ?? names[0] ?? "";
  const own = histograms.filter((one) => one.name === name);
  const shown = own.find(({ step }) => step === chosen?.step) ?? own.at(-1) ?? null;
  const figure =
    shown === null ? null : histogramFigure({ ...shown, label: `${shown.name}, step ${shown.step}` });
  return (
    <section className={part["part"]} aria-label="Histograms">
      <h3>Histograms</h3>
      <div className={part["tools"]}>
        <NativeSelect
          size="xs"
          aria-label="Histogram"
          value={name}
          data={names}
          onChange={(event) => setChosen({ name: event.currentTarget.value, step: NaN })}
        />
        <NativeSelect
          size="xs"
          aria-label="Step of the histogram"
          value={String(shown?.step ?? "")}
          data={own.map(({ step }) => ({ value: String(step), label: `step ${formatNumber(step)}` }))}
          onChange={(event) => setChosen({ name, step: Number(event.currentTarget.value) })}
        />
      </div>
      {figure !== null && <ChartFigure figure={figure} />}
    </section>
  );
}

/** As they are: what others have written is not taken for markup. */
function Texts({ report: { texts } }: { readonly report: ImportedReport }) {
  return (
    <section className={part["part"]} aria-label="Texts">
      <h3>Texts</h3>
      {texts.map(({ name, step, text }) => (
        <details key={`${step} ${name}`}>
          <summary>
            {name}, step {formatNumber(step)}
          </summary>
          <pre className={classes["text"]}>{text}</pre>
        </details>
      ))}
    </section>
  );
}
