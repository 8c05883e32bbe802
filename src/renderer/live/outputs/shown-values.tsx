import { counted } from "../../../core/counted.ts";
import { TriangleAlert } from "lucide-react";
import type { ShownValue } from "../../../shared/live/cell-output.ts";
import { timingWarnings } from "../../../shared/live/timing-warnings.ts";
import { formatNumber, formatWithUnit, fullPrecision } from "../../../shared/format/number.ts";
import { ExactText } from "../../ui/exact-text.tsx";
import classes from "./outputs.module.css";

/** More elements are in the tooltip. */
const MOST_SHOWN = 12;

interface ShownValuesProps {
  readonly values: readonly ShownValue[];
  readonly number: number;
}

/** Named numbers of `show`; a timing with its quartiles and how it was taken. */
export function ShownValues({ values, number }: ShownValuesProps) {
  return (
    <>
      <dl className={classes["values"]} aria-label={`Numbers of cell ${number}`}>
        {values.map((shown, at) => (
          <div key={at}>
            <dt>{shown.name}</dt>
            <dd>
              <Value shown={shown} />
            </dd>
          </div>
        ))}
      </dl>
      <TimingWarnings values={values} />
    </>
  );
}

/** Why the shown times may be wrong: what the machine did meanwhile. */
export function TimingWarnings({ values }: { readonly values: readonly ShownValue[] }) {
  return timingWarnings(values).map((warning) => (
    <p key={warning} className={classes["notice"]}>
      <TriangleAlert size="0.9375rem" aria-hidden="true" />
      <span>{warning}</span>
    </p>
  ));
}

function Value({ shown: { value, unit, timing } }: { readonly shown: ShownValue }) {
  if (typeof value === "string") return <span className="mono">{value}</span>;
  if (typeof value !== "number") {
    const few = value.slice(0, MOST_SHOWN).map((one) => formatNumber(one));
    const text = `[${few.join(", ")}${value.length > MOST_SHOWN ? ", …" : ""}]`;
    return <ExactText text={text} exact={`[${value.map(fullPrecision).join(", ")}]`} />;
  }
  const number = (
    <ExactText text={formatWithUnit(value, unit)} exact={`${fullPrecision(value)} ${unit}`.trim()} />
  );
  if (timing === null) return number;
  const { lowerQuartileMs, upperQuartileMs, samplesMs, threads, operations, method } = timing;
  return (
    <>
      {number}{" "}
      <span className={classes["timing"]}>
        {formatWithUnit(lowerQuartileMs, "ms")} to {formatWithUnit(upperQuartileMs, "ms")},{" "}
        {counted(samplesMs.length, "sample")},{" "}
        {method === "program"
          ? `${counted(operations, "operation")}, ${counted(threads, "thread")}`
          : "by the clock"}
      </span>
    </>
  );
}
