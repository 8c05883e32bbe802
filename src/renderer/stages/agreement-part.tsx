import { SegmentedControl } from "@mantine/core";
import { Check, X } from "lucide-react";
import { useId, useState } from "react";
import type { StageDescription, StageId, StagePair, StagesReport } from "../../shared/experiments/stages.ts";
import { formatNumber, fullPrecision } from "../../shared/format/number.ts";
import { Badge } from "../ui/badge.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { ExactText } from "../ui/exact-text.tsx";
import { agreementOf, GRADIENT_TENSORS, type GradientChoice } from "./agreement.ts";
import { stageLabel } from "./stages-figure.ts";
import classes from "./stages-view.module.css";

const DIGITS = 3;
const CHOICES = [
  { value: "all", label: "all five" },
  ...GRADIENT_TENSORS.map((tensor) => ({ value: tensor, label: `${tensor}.g` })),
];

interface AgreementPartProps {
  readonly report: StagesReport;
  readonly stages: readonly StageDescription[];
}

/** Whether the stages give the same gradients, two by two. */
export function AgreementPart({ report, stages }: AgreementPartProps) {
  const id = useId();
  const [choice, setChoice] = useState<GradientChoice>("all");
  const compared = stages.filter(({ id }) =>
    report.pairs.some(({ first, second }) => first === id || second === id),
  );
  const equal = report.pairs.filter((pair) => pair.equal).length;
  return (
    <section className={classes["part"]} aria-labelledby={id}>
      <h2 id={id}>Do they agree?</h2>
      <p className={classes["note"]}>
        {equal} of {report.pairs.length} comparisons are equal: five gradients of every two stages. Equal
        means allclose with rtol 10⁻³ and atol 10⁻⁵ as in the notebook, and also ‖a − b‖ ≤ 10⁻³ ‖b‖, for x.g ≤
        10⁻⁵ ‖b‖: nearly all of its entries are smaller than atol, so that allclose alone would let a wrong
        one pass.
      </p>
      {report.notes.map((note, index) => (
        <p key={index} className={classes["note"]}>
          {note}
        </p>
      ))}
      <SegmentedControl
        aria-label="Gradient compared"
        value={choice}
        data={CHOICES}
        onChange={(value) =>
          setChoice(CHOICES.find((choice) => choice.value === value)?.value as GradientChoice)
        }
      />
      <DataTable label="Agreement of the stages">
        <thead>
          <tr>
            <th scope="col">‖a − b‖ / ‖b‖</th>
            {compared.slice(0, -1).map((stage) => (
              <th key={stage.id} scope="col">
                {stageLabel(stage)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {compared.slice(1).map((row, index) => (
            <tr key={row.id}>
              <th scope="row">{stageLabel(row)}</th>
              {compared.slice(0, -1).map((column, at) => (
                <td key={column.id}>
                  {at <= index && <Cell pairs={report.pairs} stages={[column.id, row.id]} choice={choice} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </DataTable>
      <details className={classes["how"]}>
        <summary>Every comparison</summary>
        <PairTable pairs={report.pairs} stages={stages} />
      </details>
    </section>
  );
}

interface CellProps {
  readonly pairs: readonly StagePair[];
  readonly stages: readonly [StageId, StageId];
  readonly choice: GradientChoice;
}

function Cell({ pairs, stages, choice }: CellProps) {
  const agreement = agreementOf(pairs, stages, choice);
  if (agreement === null) return <span className={classes["quiet"]}>not compared</span>;
  const { equal, relNorm, tensor } = agreement;
  return (
    <span className={classes["cell"]}>
      <EqualBadge equal={equal} />
      <ExactText
        text={relNorm === 0 ? "same bits" : formatNumber(relNorm, DIGITS)}
        exact={`${fullPrecision(relNorm)} (${tensor}.g)`}
      />
    </span>
  );
}

function EqualBadge({ equal }: { readonly equal: boolean }) {
  return (
    <Badge tone={equal ? "good" : "bad"} icon={equal ? Check : X}>
      {equal ? "equal" : "differs"}
    </Badge>
  );
}

function PairTable({
  pairs,
  stages,
}: {
  readonly pairs: readonly StagePair[];
  readonly stages: readonly StageDescription[];
}) {
  const labelOf = (id: StageId): string => {
    const stage = stages.find((candidate) => candidate.id === id);
    return stage === undefined ? id : stageLabel(stage);
  };
  const number = (value: number) => (
    <td data-numeric="true">
      <ExactText text={formatNumber(value, DIGITS)} exact={fullPrecision(value)} />
    </td>
  );
  return (
    <DataTable label="Every comparison of two gradients">
      <thead>
        <tr>
          <th scope="col">stages</th>
          <th scope="col">gradient</th>
          <th scope="col">verdict</th>
          <th scope="col">allclose</th>
          {["max |a − b|", "rel. max", "rel. norm"].map((name) => (
            <th key={name} scope="col" data-numeric="true">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {pairs.map(({ first, second, tensor, equal, allclose, maxAbs, relMax, relNorm }) => (
          <tr key={`${first} ${second} ${tensor}`}>
            <th scope="row">
              {labelOf(second)} against {labelOf(first)}
            </th>
            <td className="mono">{tensor}.g</td>
            <td>
              <EqualBadge equal={equal} />
            </td>
            <td>{allclose ? "yes" : "no"}</td>
            {number(maxAbs)}
            {number(relMax)}
            {number(relNorm)}
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}
