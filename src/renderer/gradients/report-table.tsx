import { Check, CircleHelp, X, type LucideIcon } from "lucide-react";
import type { GradientReport } from "../../shared/experiments/gradcheck.ts";
import { formatNumber, formatPercent, fullPrecision } from "../format/number.ts";
import tables from "../ui/data-table.module.css";
import { ExactText } from "../ui/exact-text.tsx";
import badge from "../ui/verdict-badge.module.css";
import { REFERENCES } from "./reference-names.ts";

const LOOK: Readonly<
  Record<GradientReport["verdict"], { readonly icon: LucideIcon; readonly tone: "good" | "bad" | "plain" }>
> = {
  passed: { icon: Check, tone: "good" },
  failed: { icon: X, tone: "bad" },
  "not judged": { icon: CircleHelp, tone: "plain" },
};

/** Icon and word. */
export function GradientVerdict({ verdict }: { readonly verdict: GradientReport["verdict"] }) {
  const { icon: Icon, tone } = LOOK[verdict];
  return (
    <span className={badge["badge"]} data-tone={tone}>
      <Icon
        className={badge["icon"]}
        data-tone={tone}
        size="0.9375rem"
        strokeWidth={2.5}
        aria-hidden="true"
      />
      {verdict}
    </span>
  );
}

const NUMBERS = [
  "coordinates",
  "max |a − b|",
  "rel. max",
  "rel. norm",
  "cosine",
  "hidden by atol",
  "kinks",
] as const;

interface ReportTableProps {
  readonly reports: readonly GradientReport[];
  /** The row whose charts are shown; null where rows cannot be chosen. */
  readonly chosen: number | null;
  readonly onChoose?: (index: number) => void;
}

/** Every comparison of a gradient with a reference in a line. */
export function ReportTable({ reports, chosen, onChoose }: ReportTableProps) {
  return (
    <div className={tables["scroll"]} tabIndex={0} role="region" aria-label="Gradients and references">
      <table className={tables["table"]}>
        <caption className="visually-hidden">Gradients against references</caption>
        <thead>
          <tr>
            <th scope="col">gradient of</th>
            <th scope="col">against</th>
            <th scope="col">verdict</th>
            {NUMBERS.map((name) => (
              <th key={name} scope="col" data-numeric="true">
                {name}
              </th>
            ))}
            <th scope="col">allclose</th>
            <th scope="col">worst coordinate</th>
            <th scope="col">why</th>
          </tr>
        </thead>
        <tbody>
          {reports.map((report, index) => (
            <ReportRow
              key={`${report.reference} ${report.tensor}`}
              report={report}
              chosen={index === chosen}
              {...(onChoose === undefined ? {} : { onChoose: () => onChoose(index) })}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ReportRowProps {
  readonly report: GradientReport;
  readonly chosen: boolean;
  readonly onChoose?: () => void;
}

function ReportRow({ report, chosen, onChoose }: ReportRowProps) {
  const { tensor, reference, verdict, coordinates, complete, maxAbs, relMax, relNorm, cosine } = report;
  const { hiddenByAtol, kinks, allclose, worst, reason } = report;
  const name = `${tensor} against ${REFERENCES[reference].name}`;
  return (
    <tr data-chosen={chosen}>
      <th scope="row">
        {onChoose === undefined ? (
          <span className="mono">{tensor}</span>
        ) : (
          <button
            type="button"
            className={tables["rowButton"]}
            aria-pressed={chosen}
            aria-label={`Charts of ${name}`}
            onClick={onChoose}
          >
            <span className="mono">{tensor}</span>
          </button>
        )}
      </th>
      <td>{REFERENCES[reference].name}</td>
      <td>
        <GradientVerdict verdict={verdict} />
      </td>
      <td data-numeric="true">
        {formatNumber(coordinates)}
        {complete ? ", all" : ""}
      </td>
      {[maxAbs, relMax, relNorm, cosine].map((value, index) => (
        <td key={NUMBERS[index + 1]} data-numeric="true">
          <ExactText text={formatNumber(value)} exact={fullPrecision(value)} />
        </td>
      ))}
      <td data-numeric="true">{formatPercent(hiddenByAtol)}</td>
      <td data-numeric="true">{formatNumber(kinks)}</td>
      <td>{allclose ? "holds" : "does not hold"}</td>
      <td>
        <span className="mono">
          [{worst.index.join(", ")}] {formatNumber(worst.ours)}, reference {formatNumber(worst.reference)}
        </span>
      </td>
      <td>{reason}</td>
    </tr>
  );
}
