import { Check, CircleHelp, X, type LucideIcon } from "lucide-react";
import { counted } from "../../../core/counted.ts";
import type { CheckedGradient, CheckReport } from "../../../shared/live/check-report.ts";
import { formatDuration } from "../../../shared/format/duration.ts";
import { formatNumber, formatPercent, fullPrecision } from "../../../shared/format/number.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { ExactText } from "../../ui/exact-text.tsx";
import { CellSentence, PlaceLink } from "./place-link.tsx";
import classes from "./outputs.module.css";

const LOOKS: Readonly<
  Record<CheckedGradient["verdict"], { readonly icon: LucideIcon; readonly tone: Tone }>
> = {
  right: { icon: Check, tone: "good" },
  wrong: { icon: X, tone: "bad" },
  missing: { icon: X, tone: "bad" },
  "not judged": { icon: CircleHelp, tone: "plain" },
};

/** What a check found: the mistake and its line first, then every gradient beside the float64 reference. */
export function CheckReportView({
  report,
  number,
  before,
}: {
  readonly report: CheckReport;
  readonly number: number;
  /** Reports above it: checkLayer gives several. */
  readonly before: number;
}) {
  const { kind, passed, gradients, notes, proof, operations, loss, ms } = report;
  const wrong = gradients.filter(({ verdict }) => verdict === "wrong" || verdict === "missing");
  return (
    <div className={classes["check"]} data-passed={passed} role="group" aria-label={`Report of ${kind}`}>
      <p className={classes["verdict"]}>
        <Badge tone={passed ? "good" : "bad"} icon={passed ? Check : X}>
          {passed ? "passed" : "failed"}
        </Badge>
        <span>{verdictWords(gradients)}</span>
      </p>
      {wrong.map((gradient, at) => (
        <Diagnosis key={at} gradient={gradient} />
      ))}
      <DataTable
        label={`Gradients of cell ${number} against float64${before === 0 ? "" : `, report ${before + 1}`}`}
      >
        <thead>
          <tr>
            <th scope="col">gradient of</th>
            <th scope="col">shape</th>
            <th scope="col" data-numeric="true">
              rel. norm
            </th>
            <th scope="col" data-numeric="true">
              rel. max
            </th>
            <th scope="col" data-numeric="true">
              hidden by atol
            </th>
            <th scope="col">verdict</th>
          </tr>
        </thead>
        <tbody>
          {gradients.map(({ name, shape, relNorm, relMax, belowAtol, verdict }, at) => (
            <tr key={at}>
              <th scope="row">
                <span className="mono">
                  <CellSentence text={name} />
                </span>
              </th>
              <td className="mono">{verdict === "missing" ? "–" : `(${shape.join(", ")})`}</td>
              <td data-numeric="true">
                <Measured value={relNorm} text={formatNumber(relNorm)} />
              </td>
              <td data-numeric="true">
                <Measured value={relMax} text={formatNumber(relMax)} />
              </td>
              <td data-numeric="true">
                <Measured value={belowAtol} text={formatPercent(belowAtol)} />
              </td>
              <td>
                <Badge tone={LOOKS[verdict].tone} icon={LOOKS[verdict].icon}>
                  {verdict}
                </Badge>
              </td>
            </tr>
          ))}
        </tbody>
      </DataTable>
      <p className={classes["proof"]}>
        Loss <ExactText text={formatNumber(loss)} exact={fullPrecision(loss)} /> in float64,{" "}
        {counted(operations.forward, "operation")} forward, {operations.recorded} in all; {formatDuration(ms)}
        .
        {!Number.isNaN(proof.worst) &&
          ` The reference agrees with ${counted(proof.differences, "central difference")} to ${formatNumber(proof.worst, 2)}.`}
      </p>
      {notes.map((note) => (
        <p key={note} className={classes["proof"]}>
          <CellSentence text={note} />
        </p>
      ))}
    </div>
  );
}

/** Several gradients are counted. */
function countedWords(found: number, count: number, words: readonly [one: string, many: string]): string {
  return count === 1
    ? `The gradient ${words[0]}`
    : `${found} of ${count} gradients ${words[found === 1 ? 0 : 1]}`;
}

function verdictWords(gradients: readonly Pick<CheckedGradient, "verdict">[]): string {
  const count = gradients.length;
  const of = (...verdicts: CheckedGradient["verdict"][]): number =>
    gradients.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const [wrong, unjudged] = [of("wrong", "missing"), of("not judged")];
  if (wrong === 0 && unjudged === 0) {
    return count === 1 ? "The gradient agrees with float64." : `All ${count} gradients agree with float64.`;
  }
  return [
    ...(wrong === 0 ? [] : [countedWords(wrong, count, ["is not right.", "are not right."])]),
    ...(unjudged === 0 ? [] : [countedWords(unjudged, count, ["cannot be judged.", "cannot be judged."])]),
  ].join(" ");
}

/** Where shapes differ nothing could be measured. */
const Measured = ({ value, text }: { readonly value: number; readonly text: string }) =>
  Number.isNaN(value) ? <>–</> : <ExactText text={text} exact={fullPrecision(value)} />;

/** The words without the place that stands as a link behind them. */
const withoutPlace = ({ text, place }: CheckedGradient["explanations"][number]): string =>
  place === null ? text : text.replaceAll(` (cell ${place.cell}, line ${place.line})`, "");

/** Which mistake it is and where, in words. */
function Diagnosis({ gradient }: { readonly gradient: CheckedGradient }) {
  const { name, explanations, certain, reason, place, verdict } = gradient;
  return (
    <div className={classes["diagnosis"]} role="group" aria-label={`Diagnosis: ${name}`}>
      <p>
        <strong>
          Gradient of{" "}
          <span className="mono">
            <CellSentence text={name} />
          </span>
        </strong>{" "}
        {place !== null && (
          <>
            set at <PlaceLink place={place} />
          </>
        )}
      </p>
      {explanations.length === 0 && (
        <p>
          <CellSentence text={reason} />
          {verdict === "missing" && (
            <>
              : <span className="mono">{name}.g = …</span> is expected. A gradient that is only returned is
              not set.
            </>
          )}
        </p>
      )}
      {explanations.map((explanation, at) => (
        <p key={at}>
          {at > 0 && "or: "}
          it <CellSentence text={withoutPlace(explanation)} />
          {explanation.place !== null && (
            <>
              {" "}
              <span className={classes["together"]}>
                (<PlaceLink place={explanation.place} />)
              </span>
            </>
          )}
        </p>
      ))}
      {explanations.length > 0 && !certain && (
        <p className={classes["proof"]}>
          {explanations.length > 1
            ? "The numbers fit each of these."
            : "This explains the numbers, but perhaps not all of them."}
        </p>
      )}
    </div>
  );
}
