import { formatForecast } from "../format/duration.ts";
import { formatBytes, fullPrecision } from "../format/number.ts";
import { ExactText } from "./exact-text.tsx";
import classes from "./controls.module.css";
import type { Forecast } from "../../shared/experiments/notebook.ts";
import type { Answer } from "../bridge/use-answer.ts";

/** Memory and time under the primary button, before anything is started. */
export function ForecastNote({ state }: { readonly state: Answer<Forecast> }) {
  if (state.kind === "none") return null;
  if (state.kind === "failed")
    return <p className={classes["refusal"]}>No forecast: {state.error.message}</p>;
  const { parts, totalBytes, availableBytes, seconds, refusal } = state.value;
  if (refusal !== "") {
    return (
      <p className={classes["refusal"]} role="alert">
        {refusal}
      </p>
    );
  }
  return (
    <details className={classes["forecast"]}>
      <summary>
        needs {formatBytes(totalBytes)}
        {seconds === null ? "" : `, ${formatForecast(seconds)}`}
      </summary>
      <dl className={classes["parts"]}>
        {parts.map(({ name, bytes }) => (
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
