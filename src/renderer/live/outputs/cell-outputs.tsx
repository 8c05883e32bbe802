import { Fragment, memo } from "react";
import { Info, TriangleAlert } from "lucide-react";
import { partText } from "../../../shared/live/part-text.ts";
import type { CellOutput } from "../../../shared/live/cell-output.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { HeatMap } from "../../charts/kit/heat-map.tsx";
import { histogramFigure } from "../../charts/figures/histogram-figure.ts";
import type { ShownResult } from "../kernel/session-store.ts";
import { CellErrorView } from "./cell-error-view.tsx";
import { CheckReportView } from "./check-report-view.tsx";
import { heatData } from "./heat-data.ts";
import { ImageGrid } from "./image-grid.tsx";
import { JudgedNumbers } from "./judged-numbers.tsx";
import { CellSentence, PlaceLink } from "./place-link.tsx";
import { plotFigure } from "./plot-figure.ts";
import { PrintedText } from "./printed-text.tsx";
import { ShownValues, TimingWarnings } from "./shown-values.tsx";
import { OutputTable } from "./output-table.tsx";
import { togetherShown } from "./together-shown.ts";
import classes from "./outputs.module.css";

interface CellOutputsProps {
  readonly id: string;
  readonly number: number;
  readonly shown: ShownResult | null;
  readonly near: boolean;
}

/** What a cell gave, in the order in which it said it; then what to make of it. */
export const CellOutputs = memo(function CellOutputs({ number, shown, near }: CellOutputsProps) {
  if (shown === null) return null;
  const { outputs, result, judged, current } = shown;
  const error = result?.error ?? null;
  if (outputs.length === 0 && error === null && judged === null) return null;
  if (!near) return <div className={classes["far"]} />;
  return (
    <div
      className={classes["outputs"]}
      data-current={current}
      role="group"
      aria-label={`Output of cell ${number}`}
    >
      {!current && <p className={classes["old"]}>From before the change:</p>}
      {togetherShown(outputs).map(({ first, earlier, last, checksBefore }) => {
        const one = (output: CellOutput, at: number) => (
          <OneOutput
            key={at}
            output={output}
            number={number}
            checksBefore={checksBefore + at}
            judged={judged !== null}
            running={result === null}
          />
        );
        return (
          <Fragment key={first}>
            {one(last, earlier.length)}
            {earlier.length > 0 && (
              <details className={classes["earlier"]}>
                <summary>
                  {earlier.length === 1
                    ? "1 more report of this check: it passed"
                    : `${earlier.length} more reports of this check: all passed`}
                </summary>
                {earlier.map(one)}
              </details>
            )}
          </Fragment>
        );
      })}
      {error !== null && (
        <CellErrorView error={error} checkShown={outputs.some(({ kind }) => kind === "check")} />
      )}
      {judged !== null && <JudgedNumbers judged={judged} number={number} />}
    </div>
  );
});

interface OneOutputProps {
  readonly output: CellOutput;
  readonly number: number;
  /** Reports of the same cell above this output. */
  readonly checksBefore: number;
  readonly judged: boolean;
  readonly running: boolean;
}

const OneOutput = memo(function OneOutput(props: OneOutputProps) {
  const { output, number, checksBefore, judged, running } = props;
  switch (output.kind) {
    case "text":
      return <PrintedText text={output.text} number={number} running={running} />;
    case "value":
      return (
        <pre className={classes["text"]} data-kind={output.kind}>
          {output.text}
        </pre>
      );
    case "show":
      // What is judged stands beside the original's numbers below.
      return judged ? (
        <TimingWarnings values={output.values} />
      ) : (
        <ShownValues values={output.values} number={number} />
      );
    case "table":
      return <OutputTable columns={output.columns} rows={output.rows} label={`Table of cell ${number}`} />;
    case "chart":
      return <ChartFigure figure={plotFigure(output, number)} />;
    case "histogram":
      return (
        <>
          <ChartFigure figure={histogramFigure({ label: output.title, ...output })} />
          {output.notFinite > 0 && (
            <p className={classes["notice"]}>
              {output.notFinite} elements are NaN or infinite and in no bin.
            </p>
          )}
        </>
      );
    case "image":
      return <ImageGrid output={output} number={number} />;
    case "heat":
      return <HeatMap data={heatData(output, number)} />;
    case "check":
      return <CheckReportView report={output.report} number={number} before={checksBefore} />;
    case "activation":
    case "loss":
    case "layer": {
      const { title, formulas, sentences, wrong } = partText(output);
      return (
        <div role="group" aria-label={title}>
          <pre className={classes["text"]} data-kind="value">
            {formulas.join("\n")}
          </pre>
          {wrong && (
            <p className={classes["notice"]}>
              <TriangleAlert size="0.9375rem" aria-hidden="true" />
              <span>{sentences.join(" ")}</span>
            </p>
          )}
          <p className={classes["notice"]} data-tone="plain">
            <Info size="0.9375rem" aria-hidden="true" />
            <span>
              {wrong ? "" : `${sentences.join(" ")} `}
              Train, Gradients, Backward and Initialise offer {output.name} by its name.
            </span>
          </p>
        </div>
      );
    }
    case "notice":
      return (
        <p className={classes["notice"]}>
          <Info size="0.9375rem" aria-hidden="true" />
          <span>
            <CellSentence text={output.text} /> {output.place !== null && <PlaceLink place={output.place} />}
          </span>
        </p>
      );
  }
});
