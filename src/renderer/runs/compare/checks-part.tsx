import { Check, CircleHelp, X } from "lucide-react";
import type { ComparedCheck, RunComparison } from "../../../shared/runs/run-comparison.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { ExactText } from "../../ui/exact-text.tsx";
import { RunHeads } from "./settings-part.tsx";
import type { RunLook } from "./run-look.ts";
import own from "./compare.module.css";

interface ChecksPartProps {
  readonly comparison: RunComparison;
  readonly looks: readonly RunLook[];
}

/** The verdict of every gradient check, side by side, with its largest relative error. */
export function ChecksPart({ comparison: { checks }, looks }: ChecksPartProps) {
  if (checks.length === 0) return null;
  return (
    <section className={own["part"]}>
      <h3>Gradient checks</h3>
      <DataTable label="Gradient checks side by side" columns="chosen">
        <RunHeads looks={looks} first="what was checked" />
        <tbody>
          {checks.map(({ label, runs }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {runs.map((one, i) => (
                <td key={looks[i]?.run.id}>{one === null ? "–" : <Verdict check={one} />}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </DataTable>
    </section>
  );
}

function Verdict({ check }: { readonly check: NonNullable<ComparedCheck["runs"][number]> }) {
  const { verdict, passed, relMax, relNorm } = check;
  const Icon = passed ? Check : verdict === "not judged" ? CircleHelp : X;
  return (
    <span className={own["check"]} data-passed={passed}>
      <Icon size="0.875rem" aria-hidden="true" />
      {verdict}{" "}
      <ExactText text={`relMax ${formatNumber(relMax)}`} exact={`relMax ${relMax}, relNorm ${relNorm}`} />
    </span>
  );
}
