import { FlaskConical } from "lucide-react";
import { useMemo } from "react";
import { counted } from "../../../core/counted.ts";
import type { TestRows, TestScore } from "../../../shared/experiments/dataset-details.ts";
import type { WeightsChoice } from "../../../shared/experiments/learned.ts";
import { useAnswer } from "../../bridge/use-answer.ts";
import { formatDate } from "../../../shared/format/date.ts";
import { formatNumber, fullPrecision } from "../../../shared/format/number.ts";
import { useStore } from "../../store/create-store.ts";
import { ConfirmButton } from "../../ui/confirm-button.tsx";
import { FactList, type Fact } from "../../ui/fact-list.tsx";
import { scoreOnTestRows, testScoreStore } from "../training-actions.ts";
import classes from "./learned.module.css";

interface TestScorePartProps {
  readonly runId: string;
  /** Null until it is known which there are, and where there are none. */
  readonly weights: WeightsChoice | null;
  /** Why there are none, or "". */
  readonly noWeights: string;
  readonly busy: boolean;
}

/** Scores the chosen weights on the test rows: the look is counted, and that is said before it is taken. */
export function TestScorePart({ runId, weights, noWeights, busy }: TestScorePartProps) {
  const score = useStore(testScoreStore);
  const input = useMemo(() => ({ runId }), [runId]);
  const answer = useAnswer(window.lab.predictTestRows, input, score, 0);
  const known = answer.kind === "known" ? answer.value : null;
  const reason = noWeights || reasonOf(known);
  return (
    <>
      <div className={classes["row"]}>
        <ConfirmButton
          leftSection={<FlaskConical size="0.875rem" aria-hidden="true" />}
          disabled={busy || known === null || weights === null || reason !== ""}
          question={known === null ? "" : questionOf(known)}
          confirm="Look at the test rows"
          harmless
          onConfirm={() => {
            if (weights !== null) void scoreOnTestRows(runId, weights);
          }}
        >
          Score on the test rows…
        </ConfirmButton>
        <span className={classes["quiet"]}>{reason !== "" || known === null ? reason : looksOf(known)}</span>
      </div>
      {score?.runId === runId && score.weights === weights && (
        <div role="status">
          <FactList title="On the test rows" facts={factsOf(score)} />
        </div>
      )}
    </>
  );
}

/** Why they cannot be looked at, or "". */
const reasonOf = (known: TestRows | null): string =>
  known === null || known.refusal === ""
    ? ""
    : `The test rows cannot be scored: ${known.refusal.replace(/\.$/, "")}.`;

const looksOf = ({ rows, looks, looksOfRun }: TestRows): string =>
  `${counted(rows, "test row")}, ${
    looks === 0
      ? "never looked at so far"
      : `looked at ${counted(looks, "time")} so far, ${formatNumber(looksOfRun)} with this run`
  }`;

const questionOf = (known: TestRows): string =>
  `${looksOf(known)}. This look is counted. Who looks often chooses by these rows, and then they test nothing any more: ` +
  "compare by the validation rows, and look here once, at the end.";

function factsOf({ rows, loss, accuracy, r2, mae, looks, looksOfRun, at }: TestScore): Fact[] {
  const number = (label: string, value: number | null): Fact[] =>
    value === null ? [] : [{ label, text: formatNumber(value, 4), exact: fullPrecision(value) }];
  return [
    ...(accuracy === null
      ? []
      : [{ label: "right", text: `${formatNumber(100 * accuracy, 4)} %`, exact: fullPrecision(accuracy) }]),
    ...number("R²", r2),
    ...number("mean absolute error", mae),
    ...number("loss", loss),
    { label: "test rows", text: formatNumber(rows) },
    {
      label: "looks at these rows",
      text: `${formatNumber(looks)}, ${formatNumber(looksOfRun)} with this run`,
    },
    { label: "looked at", text: formatDate(at) },
  ];
}
