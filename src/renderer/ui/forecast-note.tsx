import type { ReactNode } from "react";
import type { Forecast } from "../../shared/experiments/forecast.ts";
import { formatForecast } from "../../shared/format/duration.ts";
import { formatBytes, fullPrecision } from "../../shared/format/number.ts";
import { ExactText } from "./exact-text.tsx";
import type { AskedForecast } from "./use-forecast.ts";
import classes from "./controls.module.css";

interface ForecastNoteProps<T> {
  readonly forecast: AskedForecast<T>;
  readonly children: (forecast: T) => ReactNode;
}

/** What is known under the primary button before anything is started: a forecast, a refusal, or neither. */
export function ForecastNote<T>({ forecast, children }: ForecastNoteProps<T>) {
  switch (forecast.kind) {
    case "none":
      return null;
    case "failed":
      return <p className={classes["refusal"]}>No forecast: {forecast.error.message}</p>;
    case "known":
      if (forecast.value.refusal === "") return children(forecast.value);
      return (
        <p className={classes["refusal"]} role="alert">
          {forecast.value.refusal}
        </p>
      );
  }
}

/** Memory by what it is for, and time. */
export function MemoryForecast({ forecast }: { readonly forecast: Forecast }) {
  const { parts, beside, totalBytes, availableBytes, seconds } = forecast;
  return (
    <details className={classes["forecast"]}>
      <summary>
        needs {formatBytes(totalBytes)} of memory
        {seconds !== null && (
          <>
            , <span className={classes["unbroken"]}>{formatForecast(seconds)}</span>
          </>
        )}
      </summary>
      <dl className={classes["parts"]}>
        {[...parts, ...beside].map(({ name, bytes }) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>
              <ExactText text={formatBytes(bytes)} exact={`${fullPrecision(bytes)} B`} />
            </dd>
          </div>
        ))}
        <dt>available</dt>
        <dd>
          <ExactText text={formatBytes(availableBytes)} exact={`${fullPrecision(availableBytes)} B`} />
        </dd>
      </dl>
      {seconds === null && <p>The time is forecast once something was measured on this machine.</p>}
    </details>
  );
}
