import type { GradientSummary } from "../../shared/runs/run-records.ts";
import { alignDecimals } from "../format/align-decimals.ts";
import { formatNumber, fullPrecision } from "../format/number.ts";
import { ExactText } from "./exact-text.tsx";
import classes from "./quantity-table.module.css";

/** Norm and largest entry of each gradient. */
export function GradientTable({ gradients }: { readonly gradients: readonly GradientSummary[] }) {
  if (gradients.length === 0) return null;
  const norms = alignDecimals(gradients.map(({ norm }) => formatNumber(norm)));
  const largest = alignDecimals(gradients.map(({ maxAbs }) => formatNumber(maxAbs)));
  return (
    <table className={classes["table"]}>
      <caption className="visually-hidden">Norm and largest entry of each gradient</caption>
      <thead>
        <tr>
          <th scope="col">gradient</th>
          <th scope="col" data-numeric="true">
            ‖gradient‖
          </th>
          <th scope="col" data-numeric="true">
            max |gradient|
          </th>
        </tr>
      </thead>
      <tbody>
        {gradients.map(({ tensor, norm, maxAbs }, index) => (
          <tr key={index}>
            <th scope="row" className="mono">
              {tensor}.g
            </th>
            <td data-numeric="true">
              <ExactText text={norms[index] ?? ""} exact={fullPrecision(norm)} />
            </td>
            <td data-numeric="true">
              <ExactText text={largest[index] ?? ""} exact={fullPrecision(maxAbs)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
