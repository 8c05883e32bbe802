import { Button } from "@mantine/core";
import { Check, Lightbulb, ListChecks, Pencil, X } from "lucide-react";
import { useRef, type RefObject } from "react";
import type { DocumentCell } from "../../../shared/documents/lab-document.ts";
import { exerciseOf, isAuthored } from "../../../shared/documents/exercise.ts";
import type { ExerciseResult } from "../../../shared/experiments/lessons.ts";
import { formatMoment } from "../../../shared/format/date.ts";
import { useStore } from "../../store/create-store.ts";
import { Badge } from "../../ui/badge.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { ConfirmButton } from "../../ui/confirm-button.tsx";
import { WorkButton } from "../../ui/work-button.tsx";
import { isReadOnly, openStore } from "../document/open-notebook.ts";
import {
  checkExercise,
  exercisesStore,
  isOfPresentText,
  showHint,
  showSolution,
} from "../kernel/exercise-store.ts";
import { authoredStore, toggleAuthored } from "../lesson/authored-store.ts";
import { NextStepOffer } from "../lesson/next-step-offer.tsx";
import { CellErrorView } from "../outputs/cell-error-view.tsx";
import { CheckReportView } from "../outputs/check-report-view.tsx";
import { CellSentence, PlaceLink } from "../outputs/place-link.tsx";
import { ExerciseEditor } from "./exercise-editor.tsx";
import { MarkdownText } from "./markdown-text.tsx";
import classes from "./exercise-panel.module.css";

interface ExercisePanelProps {
  readonly cell: DocumentCell;
  readonly number: number;
}

/** Check, hints and solution of an exercise, and for its author the writing of them. */
export function ExercisePanel({ cell, number }: ExercisePanelProps) {
  const { id } = cell;
  const exercise = exerciseOf(cell);
  const name = exercise?.name ?? "";
  const checked = useStore(exercisesStore, (state) => state.checked.get(id));
  const checking = useStore(exercisesStore, (state) => state.checking);
  const progress = useStore(exercisesStore, (state) => state.progress.get(name));
  const solution = useStore(exercisesStore, (state) => state.solutions.get(id));
  const current = useStore(
    openStore,
    (open) => checked !== undefined && open !== null && isOfPresentText(checked, id, open.edit.document),
  );
  const mine = useStore(
    openStore,
    (open) => open !== null && !isReadOnly(open) && isAuthored(open.edit.document),
  );
  const writing = useStore(authoredStore, (cells) => cells.has(id)) && mine;
  const found = useRef<HTMLDivElement>(null);
  if (exercise === null) return null;
  const { title, hints } = exercise;
  const shown = Math.min(progress?.hintsShown ?? 0, hints.length);
  const hasSolution = progress?.hasSolution ?? exercise.solution !== null;
  const check = async (): Promise<void> => {
    await checkExercise(cell, name);
    // What was found stands below, which may be out of sight.
    requestAnimationFrame(() => found.current?.scrollIntoView({ block: "nearest" }));
  };
  return (
    <div className={classes["panel"]} role="group" aria-label={`Exercise ${title}`}>
      <div className={classes["actions"]}>
        <WorkButton
          leftSection={<ListChecks size="0.875rem" aria-hidden="true" />}
          working={checking === id}
          disabled={checking !== null && checking !== id}
          onClick={() => void check()}
        >
          Check
        </WorkButton>
        {hints.length > shown && (
          <Button
            variant="default"
            leftSection={<Lightbulb size="0.875rem" aria-hidden="true" />}
            onClick={() => void showHint(name)}
          >
            {`Hint ${shown + 1} of ${hints.length}`}
          </Button>
        )}
        {solution === undefined && hasSolution && progress?.passed === true && (
          <Button variant="default" onClick={() => void showSolution(id, name)}>
            Solution
          </Button>
        )}
        {solution === undefined && hasSolution && progress?.passed !== true && (
          <ConfirmButton
            question="Your progress will note that you looked at the solution."
            harmless
            confirm="Show the solution"
            onConfirm={() => void showSolution(id, name)}
          >
            Solution
          </ConfirmButton>
        )}
        {mine && (
          <Button
            variant="default"
            leftSection={<Pencil size="0.875rem" aria-hidden="true" />}
            aria-expanded={writing}
            onClick={() => toggleAuthored(id)}
          >
            {writing ? "Close the exercise’s parts" : "Write hints, check, solution"}
          </Button>
        )}
        {progress?.passed === true && (checked === undefined || !current) && (
          <Badge tone="plain" icon={Check} title="It was passed with the text that stood here then">
            passed {formatMoment(progress.passedAt ?? "")}
          </Badge>
        )}
      </div>
      {hints.slice(0, shown).map((text, at) => (
        <MarkdownText key={at} source={text} />
      ))}
      {checked !== undefined && (
        <CheckedExercise result={checked.result} number={number} current={current} box={found} />
      )}
      {checked?.result.passed === true && current && <NextStepOffer cell={id} />}
      {solution !== undefined && <CodeBlock code={solution} label={`Solution of ${title}`} />}
      {writing && <ExerciseEditor cell={cell} number={number} />}
    </div>
  );
}

interface CheckedExerciseProps {
  readonly result: ExerciseResult;
  readonly number: number;
  /** Whether it is said of the present text. */
  readonly current: boolean;
  readonly box: RefObject<HTMLDivElement | null>;
}

function CheckedExercise({ result, number, current, box }: CheckedExerciseProps) {
  const { passed, reason, diagnosis, error, outputs } = result;
  const failed = outputs.flatMap((output) =>
    output.kind === "check" && !output.report.passed ? [output.report] : [],
  );
  // The same mistake shows at every size that was tried: the first report is the one to read.
  const [report] = failed;
  // The error itself stands with its lines already; what it means here does not.
  const meant = error === null ? diagnosis : diagnosis.filter(({ text }) => text !== reason);
  return (
    <div ref={box} className={classes["result"]} role="status" data-current={current}>
      {!current && <p className={classes["old"]}>From before the change:</p>}
      <p className={classes["verdict"]}>
        <Badge tone={!current ? "plain" : passed ? "good" : "bad"} icon={passed ? Check : X}>
          {passed ? "passed" : "not passed"}
        </Badge>
        {report === undefined && error === null && (
          <span>
            <CellSentence text={reason} />
          </span>
        )}
        {failed.length > 1 && <span>{failed.length} checks of it failed; this is the first.</span>}
      </p>
      {!passed && report !== undefined && <CheckReportView report={report} number={number} before={0} />}
      {error !== null && !passed && <CellErrorView error={error} checkShown={report !== undefined} />}
      {!passed &&
        report === undefined &&
        meant.map(({ text, place }) => (
          <p key={text}>
            <CellSentence text={text} /> {error === null && place !== null && <PlaceLink place={place} />}
          </p>
        ))}
    </div>
  );
}
