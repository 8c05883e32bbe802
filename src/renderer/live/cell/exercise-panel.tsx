import { Button } from "@mantine/core";
import { Check, Lightbulb, ListChecks, X } from "lucide-react";
import { useState } from "react";
import type { DocumentCell } from "../../../shared/documents/lab-document.ts";
import { exerciseOf } from "../../../shared/documents/exercise.ts";
import type { ExerciseResult } from "../../../shared/experiments/lessons.ts";
import { ask } from "../../bridge/lab.ts";
import { showFailure } from "../../store/lab-store.ts";
import { Badge } from "../../ui/badge.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { ConfirmButton } from "../../ui/confirm-button.tsx";
import { openStore, textOf } from "../document/open-notebook.ts";
import { checkedStore } from "../kernel/checked-exercises.ts";
import { loadLessons } from "../library/lessons-store.ts";
import { CellErrorView } from "../outputs/cell-error-view.tsx";
import { CheckReportView } from "../outputs/check-report-view.tsx";
import { CellSentence, PlaceLink } from "../outputs/place-link.tsx";
import { MarkdownText } from "./markdown-text.tsx";
import classes from "./exercise-panel.module.css";

interface ExercisePanelProps {
  readonly cell: DocumentCell;
  readonly number: number;
}

/** Check, hints and solution of an exercise; the check runs in a clean sandbox of its own. */
export function ExercisePanel({ cell, number }: ExercisePanelProps) {
  const exercise = exerciseOf(cell);
  const [result, setResult] = useState<ExerciseResult | null>(null);
  const [checking, setChecking] = useState(false);
  const [hints, setHints] = useState<readonly string[]>([]);
  const [solution, setSolution] = useState<string | null>(null);
  if (exercise === null) return null;
  const request = () => {
    const open = openStore.get();
    return open === null ? null : { text: textOf(open), exercise: exercise.name };
  };
  const check = async (): Promise<void> => {
    const input = request();
    if (input === null) return;
    setChecking(true);
    try {
      const checked = await ask(window.lab.lessonsCheck(input));
      setResult(checked);
      checkedStore.set(new Map(checkedStore.get()).set(cell.id, { source: cell.source, result: checked }));
      if (checked.passed) void loadLessons();
    } catch (error) {
      showFailure("The exercise was not checked", error);
    } finally {
      setChecking(false);
    }
  };
  const hint = async (): Promise<void> => {
    const input = request();
    if (input === null) return;
    try {
      const { shown } = await ask(window.lab.lessonsHint(input));
      setHints(exercise.hints.slice(0, shown));
    } catch (error) {
      showFailure("The hint was not shown", error);
    }
  };
  const solve = async (): Promise<void> => {
    const input = request();
    if (input === null) return;
    try {
      setSolution((await ask(window.lab.lessonsSolution(input))).source);
    } catch (error) {
      showFailure("The solution was not shown", error);
    }
  };
  return (
    <div className={classes["panel"]} role="group" aria-label={`Exercise ${exercise.title}`}>
      <div className={classes["actions"]}>
        <Button
          leftSection={<ListChecks size="0.875rem" aria-hidden="true" />}
          loading={checking}
          onClick={() => void check()}
        >
          Check
        </Button>
        {exercise.hints.length > hints.length && (
          <Button
            variant="default"
            leftSection={<Lightbulb size="0.875rem" aria-hidden="true" />}
            onClick={() => void hint()}
          >
            {`Hint ${hints.length + 1} of ${exercise.hints.length}`}
          </Button>
        )}
        {solution === null && (
          <ConfirmButton
            question="It is noted that the solution was shown."
            confirm="Show the solution"
            onConfirm={() => void solve()}
          >
            Solution
          </ConfirmButton>
        )}
      </div>
      {hints.map((text, at) => (
        <MarkdownText key={at} source={text} />
      ))}
      {result !== null && <CheckedExercise result={result} number={number} />}
      {solution !== null && <CodeBlock code={solution} label={`Solution of ${exercise.title}`} />}
    </div>
  );
}

function CheckedExercise({ result, number }: { readonly result: ExerciseResult; readonly number: number }) {
  const { passed, reason, diagnosis, error, outputs } = result;
  const failed = outputs.flatMap((output) =>
    output.kind === "check" && !output.report.passed ? [output.report] : [],
  );
  // The same mistake shows at every size that was tried: the first report is the one to read.
  const [report] = failed;
  return (
    <div className={classes["result"]} role="status">
      <p className={classes["verdict"]}>
        <Badge tone={passed ? "good" : "bad"} icon={passed ? Check : X}>
          {passed ? "passed" : "not passed"}
        </Badge>
        {report === undefined && (
          <span>
            <CellSentence text={reason} />
          </span>
        )}
        {failed.length > 1 && <span>{failed.length} checks of it failed; this is the first.</span>}
      </p>
      {!passed &&
        report === undefined &&
        diagnosis.map(({ text, place }) => (
          <p key={text}>
            <CellSentence text={text} /> {place !== null && <PlaceLink place={place} />}
          </p>
        ))}
      {!passed && report !== undefined && <CheckReportView report={report} number={number} before={0} />}
      {error !== null && !passed && <CellErrorView error={error} checkShown={report !== undefined} />}
    </div>
  );
}
