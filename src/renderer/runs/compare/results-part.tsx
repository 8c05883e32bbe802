import { counted } from "../../../core/counted.ts";
import type { RunComparison } from "../../../shared/runs/run-comparison.ts";
import { metricLabel } from "../../../shared/format/named-quantity.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { ExactText } from "../../ui/exact-text.tsx";
import { columnLabel, shownValue } from "../table/column-names.ts";
import { RunHeads } from "./settings-part.tsx";
import type { RunLook } from "./run-look.ts";
import own from "./compare.module.css";

interface ResultsPartProps {
  readonly comparison: RunComparison;
  readonly looks: readonly RunLook[];
}

/** Key numbers, and last, lowest and highest of every metric, side by side. */
export function ResultsPart({ comparison: { results, metrics }, looks }: ResultsPartProps) {
  if (results.length === 0 && metrics.length === 0) return null;
  return (
    <section className={own["part"]}>
      <h3>Results</h3>
      <DataTable label="Results side by side" columns="chosen">
        <RunHeads looks={looks} first="result" />
        <tbody>
          {results.map(({ key, values }) => (
            <tr key={key}>
              <th scope="row">{columnLabel(`summary.${key}`)}</th>
              {values.map((value, i) => {
                const { text, exact } = shownValue(`summary.${key}`, value);
                return (
                  <td key={looks[i]?.run.id}>
                    {value === null ? "–" : <ExactText text={text} exact={exact} />}
                  </td>
                );
              })}
            </tr>
          ))}
          {metrics.map(({ name, runs }) => (
            <tr key={`metric ${name}`}>
              <th scope="row">{metricLabel(name)}: last (lowest … highest)</th>
              {runs.map((one, i) => (
                <td key={looks[i]?.run.id}>
                  {one === null ? (
                    "–"
                  ) : (
                    <ExactText
                      text={`${formatNumber(one.last)} (${formatNumber(one.min)} … ${formatNumber(one.max)})`}
                      exact={`last ${one.last}, lowest ${one.min}, highest ${one.max}, ${counted(one.points, "point")}`}
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </DataTable>
    </section>
  );
}
