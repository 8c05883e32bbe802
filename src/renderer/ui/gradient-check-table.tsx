import { Check, X } from "lucide-react";
import { Fragment } from "react";
import type { GradientCheck } from "../../shared/runs/run-records.ts";
import { formatNumber, formatPercent, fullPrecision } from "../format/number.ts";
import { ExactText } from "./exact-text.tsx";
import classes from "./data-table.module.css";
import badge from "./verdict-badge.module.css";

const REFERENCES: Readonly<Record<GradientCheck["reference"], string>> = {
  float64: "float64 backward pass, all coordinates",
  "finite-difference": "central finite differences in float64, seeded sample",
  direction: "derivatives along random directions in float64",
  tfjs: "TensorFlow.js, all coordinates",
  "stage-1": "the functions of stage 1",
};

const COLUMNS = ["coordinates", "max |a − b|", "rel. max", "rel. norm", "hidden by atol", "kinks"] as const;

interface GradientCheckTableProps {
  readonly checks: readonly GradientCheck[];
  /** Tells this table from others on the page. */
  readonly label: string;
}

/** Every comparison of a gradient with a reference, grouped by stage and reference. */
export function GradientCheckTable({ checks, label }: GradientCheckTableProps) {
  if (checks.length === 0) return null;
  const groups = new Map<string, GradientCheck[]>();
  for (const check of checks) {
    const key = `${check.stage} against ${REFERENCES[check.reference]}`;
    groups.set(key, [...(groups.get(key) ?? []), check]);
  }
  return (
    <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={label}>
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
          </tr>
        </thead>
        {[...groups].map(([title, group]) => (
          <CheckGroup key={title} title={title} checks={group} />
        ))}
      </table>
    </div>
  );
}

/** Where all rows have one reason, it is said once. */
function CheckGroup({
  title,
  checks,
}: {
  readonly title: string;
  readonly checks: readonly GradientCheck[];
}) {
  const reasons = new Set(checks.map(({ reason }) => reason));
  const shared = reasons.size === 1 ? [...reasons][0] : undefined;
  return (
    <tbody>
      <tr className={classes["group"]}>
        <th scope="rowgroup" colSpan={COLUMNS.length + 3}>
          {title}
          {shared !== undefined && <span className={classes["reason"]}>{shared}</span>}
        </th>
      </tr>
      {checks.map((check, index) => (
        <Fragment key={index}>
          <CheckRow check={check} />
          {shared === undefined && (
            <tr className={classes["reasonRow"]}>
              <td />
              <td colSpan={COLUMNS.length + 2} data-wrap="true">
                {check.reason}
              </td>
            </tr>
          )}
        </Fragment>
      ))}
    </tbody>
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
    </tr>
  );
}
