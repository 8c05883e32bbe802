import { Check, CircleHelp, X, type LucideIcon } from "lucide-react";
import { Fragment } from "react";
import type { GradientReport } from "../../shared/experiments/gradcheck.ts";
import type { GradientCheck } from "../../shared/runs/run-records.ts";
import { formatNumber, formatPercent, fullPrecision, withMinusSigns } from "../../shared/format/number.ts";
import { Badge, type Tone } from "./badge.tsx";
import { DataTable } from "./data-table.tsx";
import { ExactText } from "./exact-text.tsx";
import classes from "./data-table.module.css";

const REFERENCES: Readonly<Record<GradientCheck["reference"], string>> = {
  float64: "float64 backward pass, all coordinates",
  "finite-difference": "central finite differences in float64, seeded sample",
  direction: "derivatives along random directions in float64",
  tfjs: "TensorFlow.js, all coordinates",
  "stage-1": "the functions of stage 1",
};

type Verdict = GradientReport["verdict"];
const LOOK: Readonly<Record<Verdict, { readonly icon: LucideIcon; readonly tone: Tone }>> = {
  passed: { icon: Check, tone: "good" },
  failed: { icon: X, tone: "bad" },
  "not judged": { icon: CircleHelp, tone: "plain" },
};

/** Icon and word. */
export function GradientVerdict({ verdict }: { readonly verdict: Verdict }) {
  return (
    <Badge tone={LOOK[verdict].tone} icon={LOOK[verdict].icon}>
      {verdict}
    </Badge>
  );
}

/** A gradient compared with a reference. */
export interface ComparedGradient extends Pick<
  GradientReport,
  | "tensor"
  | "verdict"
  | "allclose"
  | "coordinates"
  | "maxAbs"
  | "relMax"
  | "relNorm"
  | "hiddenByAtol"
  | "kinks"
> {
  /** Null where it was not kept. */
  readonly cosine: number | null;
  readonly reason: string;
}

export interface GradientGroup {
  readonly title: string;
  readonly rows: readonly ComparedGradient[];
}

/** Checks by stage and reference, in the order in which they come. */
export function groupChecks(checks: readonly GradientCheck[]): readonly GradientGroup[] {
  const groups = new Map<string, ComparedGradient[]>();
  for (const check of checks) {
    const title = `${check.stage} against ${REFERENCES[check.reference]}`;
    const rows = groups.get(title) ?? [];
    rows.push({ ...check, verdict: check.passed ? "passed" : "failed", cosine: null });
    groups.set(title, rows);
  }
  return [...groups].map(([title, rows]) => ({ title, rows }));
}

interface Column {
  readonly name: string;
  readonly value: (row: ComparedGradient) => number;
  readonly format?: (value: number) => string;
}
const COLUMNS: readonly Column[] = [
  { name: "coordinates", value: ({ coordinates }) => coordinates },
  { name: "max |a − b|", value: ({ maxAbs }) => maxAbs },
  { name: "rel. max", value: ({ relMax }) => relMax },
  { name: "rel. norm", value: ({ relNorm }) => relNorm },
  {
    name: "cosine",
    value: ({ cosine }) => cosine ?? NaN,
    // A gradient of zeros has no direction.
    format: (value) => (Number.isNaN(value) ? "–" : formatNumber(value)),
  },
  {
    name: "hidden by atol",
    value: ({ hiddenByAtol }) => hiddenByAtol,
    format: (value) => formatPercent(value),
  },
  { name: "kinks", value: ({ kinks }) => kinks },
];

interface Choice {
  readonly row: ComparedGradient | undefined;
  readonly choose: (row: ComparedGradient) => void;
}

interface GradientCheckTableProps {
  readonly groups: readonly GradientGroup[];
  /** Tells this table from others on the page. */
  readonly label: string;
  /** Where a row can be chosen: which one is, and what choosing does. */
  readonly choice?: Choice | undefined;
}

/** Every comparison of a gradient with a reference; under it what was found, said once where all say the same. */
export function GradientCheckTable({ groups, label, choice }: GradientCheckTableProps) {
  if (groups.length === 0) return null;
  const cosines = groups.some(({ rows }) => rows.some(({ cosine }) => cosine !== null));
  const columns = COLUMNS.filter(({ name }) => name !== "cosine" || cosines);
  return (
    <DataTable label={label}>
      <thead>
        <tr>
          <th scope="col">gradient of</th>
          <th scope="col">allclose</th>
          {columns.map(({ name }) => (
            <th key={name} scope="col" data-numeric="true">
              {name}
            </th>
          ))}
          <th scope="col">verdict</th>
        </tr>
      </thead>
      {groups.map((group) => (
        <CheckGroup key={group.title} group={group} columns={columns} choice={choice} />
      ))}
    </DataTable>
  );
}

interface CheckGroupProps extends Pick<GradientCheckTableProps, "choice"> {
  readonly group: GradientGroup;
  readonly columns: readonly Column[];
}

function CheckGroup({ group: { title, rows }, columns, choice }: CheckGroupProps) {
  const reasons = new Set(rows.map(({ reason }) => reason));
  const shared = reasons.size === 1 ? [...reasons][0] : undefined;
  return (
    <tbody>
      <tr className={classes["group"]}>
        <th scope="rowgroup" colSpan={columns.length + 3}>
          {title}
          {shared !== undefined && <span className={classes["reason"]}>{withMinusSigns(shared)}</span>}
        </th>
      </tr>
      {rows.map((row, index) => (
        <Fragment key={index}>
          <tr>
            <th scope="row">
              <TensorName row={row} against={title} choice={choice} />
            </th>
            <td>{row.allclose ? "yes" : "no"}</td>
            {columns.map(({ name, value, format = formatNumber }) => (
              <td key={name} data-numeric="true">
                <ExactText text={format(value(row))} exact={fullPrecision(value(row))} />
              </td>
            ))}
            <td>
              <GradientVerdict verdict={row.verdict} />
            </td>
          </tr>
          {shared === undefined && (
            <tr className={classes["reasonRow"]}>
              <td colSpan={columns.length + 3} data-wrap="true">
                {withMinusSigns(row.reason)}
              </td>
            </tr>
          )}
        </Fragment>
      ))}
    </tbody>
  );
}

interface TensorNameProps extends Pick<GradientCheckTableProps, "choice"> {
  readonly row: ComparedGradient;
  readonly against: string;
}

function TensorName({ row, against, choice }: TensorNameProps) {
  const name = <span className="mono">{row.tensor}</span>;
  if (choice === undefined) return name;
  return (
    <button
      type="button"
      className={classes["rowButton"]}
      data-printed="true"
      aria-pressed={choice.row === row}
      aria-label={`Charts of ${row.tensor} ${against}`}
      onClick={() => choice.choose(row)}
    >
      {name}
    </button>
  );
}
