import { formatClock, formatDuration } from "../../shared/format/duration.ts";
import { formatNumber, fullPrecision } from "../../shared/format/number.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { ExactText } from "../ui/exact-text.tsx";
import type { TrainingLog } from "./training-log.ts";
import { useLog } from "./use-log.ts";
import classes from "./train-view.module.css";

const WAITS_FOR_KEYS = "While you type or scroll, a training waits until that is drawn";

const EVALUATED =
  "The losses and accuracies beside it are of that step: at the end of an epoch, or before the first step";

/** The last values of a training, by itself: they change ten times a second. */
export function NumbersStrip({ log }: { readonly log: TrainingLog }) {
  const running = useStore(
    labStore,
    ({ activity }) => activity?.kind === "training" && activity.runId === log.runId,
  );
  const {
    step,
    epoch,
    loss,
    evaluatedStep,
    trainLoss,
    validLoss,
    validAccuracy,
    validR2,
    validMae,
    stepsPerSecond,
    wallMs,
  } = useLog(log, ({ numbers }) => numbers);
  const entries: readonly (readonly [string, number | null, string?])[] = [
    ["step", step],
    ["epoch", epoch],
    ["loss, last step", loss],
    ["evaluated at step", evaluatedStep, EVALUATED],
    ["training loss", trainLoss],
    ["validation loss", validLoss],
    ...(validAccuracy === null ? [] : [["validation accuracy", validAccuracy] as const]),
    ...(validR2 === null ? [] : [["validation R²", validR2] as const]),
    ...(validMae === null ? [] : [["validation MAE", validMae] as const]),
    [running ? "steps/s" : "steps/s at the end", stepsPerSecond, WAITS_FOR_KEYS],
  ];
  return (
    <dl className={classes["numbers"]} aria-label="Training numbers">
      {entries.map(([label, value, remark]) => (
        <div key={label}>
          <dt title={remark}>{label}</dt>
          <dd>
            {value === null ? "–" : <ExactText text={formatNumber(value)} exact={fullPrecision(value)} />}
          </dd>
        </div>
      ))}
      <div>
        <dt>elapsed</dt>
        <dd>
          <ExactText
            text={(running ? formatClock : formatDuration)(wallMs)}
            exact={`${fullPrecision(wallMs)} ms`}
          />
        </dd>
      </div>
    </dl>
  );
}
