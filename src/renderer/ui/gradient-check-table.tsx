import { Check, X } from "lucide-react";
import { Fragment } from "react";
import type { GradientCheck } from "../../shared/run-records.ts";
import { formatNumber, formatPercent, fullPrecision } from "../format/number.ts";
import { ExactText } from "./exact-text.tsx";
import classes from "./data-table.module.css";
import badge from "./verdict-badge.module.css";

const REFERENCES: Readonly<Record<GradientCheck["reference"], string>> = {
  float64: "float64 backward pass, all coordinates",
  "finite-difference": "central finite differences in float64, seeded sample",
  "stage-1": "the functions of stage 1",
};

const COLUMNS = ["coordinates", "max |a − b|", "rel. max", "rel. norm", "hidden by atol", "kinks"] as const;

/** Every comparison of a gradient with a reference, grouped by stage and reference. */
export function GradientCheckTable({ checks }: { readonly checks: readonly GradientCheck[] }) {
  if (checks.length === 0) return null;
  const groups = new Map<string, GradientCheck[]>();
  for (const check of checks) {
    const key = `${check.stage} against ${REFERENCES[check.reference]}`;
    groups.set(key, [...(groups.get(key) ?? []), check]);
  }
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label="Gradient checks">
      <table className={classes["table"]}>
        <caption className="visually-hidden">Gradient checks by stage and reference</caption>
        <thead>
          <tr>
            <th scope="col">tensor</th>
            <th scope="col">allclose</th>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" data-numeric="true">
                {column}
              </th>
            ))}
            <th scope="col">verdict</th>
            <th scope="col">reason</th>
          </tr>
        </thead>
        {[...groups].map(([title, group]) => (
          <Fragment key={title}>
            <tbody>
              <tr className={classes["group"]}>
                <th scope="rowgroup" colSpan={COLUMNS.length + 4}>
                  {title}
                </th>
              </tr>
              {group.map((check) => (
                <CheckRow key={check.tensor} check={check} />
              ))}
            </tbody>
          </Fragment>
        ))}
      </table>
    </div>
  );
}

function CheckRow({ check }: { readonly check: GradientCheck }) {
  const number = (value: number) => (
    <td data-numeric="true">
      <ExactText text={formatNumber(value)} exact={fullPrecision(value)} />
    </td>
  );
  return (
    <tr>
      <th scope="row" className="mono">
        {check.tensor}.g
      </th>
      <td>{check.allclose ? "yes" : "no"}</td>
      {number(check.coordinates)}
      {number(check.maxAbs)}
      {number(check.relMax)}
      {number(check.relNorm)}
      <td data-numeric="true">
        <ExactText text={formatPercent(check.hiddenByAtol)} exact={fullPrecision(check.hiddenByAtol)} />
      </td>
      {number(check.kinks)}
      <td>
        <span className={badge["badge"]} data-tone={check.passed ? "good" : "bad"}>
          {check.passed ? (
            <Check size="0.875rem" aria-hidden="true" />
          ) : (
            <X size="0.875rem" aria-hidden="true" />
          )}
          {check.passed ? "passes" : "fails"}
        </span>
      </td>
      <td data-wrap="true">{check.reason}</td>
    </tr>
  );
}
