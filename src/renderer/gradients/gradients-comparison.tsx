import { useMemo } from "react";
import type { GradientReport } from "../../shared/experiments/gradcheck.ts";
import { useAnswer } from "../bridge/use-answer.ts";
import { formatNumber, fullPrecision } from "../../shared/format/number.ts";
import { DataTable } from "../ui/data-table.tsx";
import { ExactText } from "../ui/exact-text.tsx";
import { ErrorNotice } from "../ui/notices.tsx";
import { REFERENCES } from "./reference-names.ts";
import { GradientVerdict } from "../ui/gradient-check-table.tsx";
import own from "./gradients.module.css";

interface GradientsComparisonProps {
  readonly reports: readonly GradientReport[];
  readonly otherId: string;
}

/** The shown check beside another, tensor by tensor. */
export function GradientsComparison({ reports, otherId }: GradientsComparisonProps) {
  const input = useMemo(() => ({ runId: otherId }), [otherId]);
  const answer = useAnswer(window.lab.gradcheckGet, input, null);
  if (answer.kind === "failed")
    return <ErrorNotice title="The other check could not be read" error={answer.error} />;
  if (answer.kind !== "known") return null;
  const { title, reports: others, settings } = answer.value.report;
  const other = (wanted: GradientReport): GradientReport | undefined =>
    others.find(({ tensor, reference }) => tensor === wanted.tensor && reference === wanted.reference);
  return (
    <section className={own["history"]} aria-label="Two checks compared">
      <h2>
        Beside {title}
        {settings.bug === null ? "" : `, bug ${settings.bug}`}
      </h2>
      <DataTable label="Verdicts of the two checks">
        <thead>
          <tr>
            <th scope="col">gradient of</th>
            <th scope="col">against</th>
            <th scope="col">this check</th>
            <th scope="col" data-numeric="true">
              rel. norm
            </th>
            <th scope="col">the other</th>
            <th scope="col" data-numeric="true">
              rel. norm
            </th>
          </tr>
        </thead>
        <tbody>
          {reports.map((report) => {
            const match = other(report);
            return (
              <tr key={`${report.reference} ${report.tensor}`}>
                <th scope="row" className="mono">
                  {report.tensor}
                </th>
                <td>{REFERENCES[report.reference].name}</td>
                <td>
                  <GradientVerdict verdict={report.verdict} />
                </td>
                <td data-numeric="true">
                  <ExactText text={formatNumber(report.relNorm)} exact={fullPrecision(report.relNorm)} />
                </td>
                <td>{match === undefined ? "not compared" : <GradientVerdict verdict={match.verdict} />}</td>
                <td data-numeric="true">
                  {match === undefined ? (
                    "–"
                  ) : (
                    <ExactText text={formatNumber(match.relNorm)} exact={fullPrecision(match.relNorm)} />
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </DataTable>
    </section>
  );
}
