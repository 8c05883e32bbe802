import { counted } from "../../core/counted.ts";
import { openLayers } from "../../shared/specs/open-layers.ts";
import type { RunSummary } from "../../shared/runs/run-records.ts";
import type { TrainSpec } from "../../shared/specs/train-spec.ts";
import { HEALTHY_UPDATE_RATIO } from "../../shared/experiments/training.ts";
import { formatNumber } from "../../shared/format/number.ts";
import type { TrainingLog } from "./training-log.ts";

/** A regression knows a digit by heart when its typical error is less than half of one. */
const LEARNED_MSE = 0.25;
const MOST_DEAD = 0.5;
/** Below this share of the first loss something was learned at least. */
const HARDLY = 0.9;

export interface OverfitVerdict {
  readonly learned: boolean;
  /** What was reached. */
  readonly reached: string;
  /** Why, or what to look at. */
  readonly why: string;
}

/** Whether a network could learn a few rows by heart, and if not, what the measured steps say about it. */
export function judgeOverfit(
  spec: TrainSpec,
  run: Pick<RunSummary, "status" | "failure" | "summary">,
  log: TrainingLog,
): OverfitVerdict {
  const loss = numberOf(run.summary["finalTrainLoss"]) ?? log.numbers.trainLoss ?? log.numbers.loss ?? NaN;
  const accuracy = log.trainAccuracy.at(-1)?.y ?? null;
  const right =
    accuracy === null
      ? ""
      : `, ${formatNumber(Math.round(accuracy * spec.data.rows))} of ${spec.data.rows} rows right`;
  const reached = `loss ${formatNumber(loss)}${right} after ${counted(log.numbers.step, "step")}`;
  const learned =
    run.status === "finished" &&
    (spec.loss === "mse" || accuracy === null ? loss < LEARNED_MSE : accuracy === 1);
  return { learned, reached, why: learned ? learnedWhy(spec, loss) : failedWhy(spec, run, log, loss) };
}

const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);

const learnedWhy = (spec: TrainSpec, loss: number): string =>
  spec.loss === "mse"
    ? `The typical error is ${formatNumber(Math.sqrt(loss), 2)} of a digit: forward, backward and update work together.`
    : "Every row is right: forward, backward and update work together.";

function failedWhy(
  spec: TrainSpec,
  run: Pick<RunSummary, "status" | "failure">,
  log: TrainingLog,
  loss: number,
): string {
  const lr = formatNumber(spec.optimizer.lr);
  if (run.status === "failed")
    return `${run.failure ?? "It failed"}: a learning rate of ${lr} may be too high for it.`;
  if (run.status !== "finished") return "It was cut short: let it run to its end.";
  const last = (pattern: RegExp) =>
    [...log.metrics].flatMap(([name, buffer]) => {
      const value = buffer.last?.y;
      return pattern.test(name) && value !== undefined ? [{ name, value }] : [];
    });
  const dead = last(/ dead$/).find(({ value }) => value > MOST_DEAD);
  if (dead !== undefined)
    return `${formatNumber(100 * dead.value, 3)} % of the units of ${dead.name.replace(/ dead$/, "")} are active for no row and pass no gradient: look at its initialisation, or at a lower learning rate.`;
  const ratios = last(/^update ratio /);
  const least = Math.min(...ratios.map(({ value }) => value));
  const most = Math.max(...ratios.map(({ value }) => value));
  if (ratios.length > 0 && most < HEALTHY_UPDATE_RATIO.lo)
    return `The steps are too small, ‖Δw‖/‖w‖ at most ${formatNumber(most, 2)}: a learning rate of ${lr} is too low for ${counted(log.numbers.step, "step")}, or no gradient arrives.`;
  if (ratios.length > 0 && most > HEALTHY_UPDATE_RATIO.hi)
    return `The steps are too large, ‖Δw‖/‖w‖ up to ${formatNumber(most, 2)}: try a lower learning rate than ${lr}.`;
  const first = log.trainLoss[0]?.y ?? NaN;
  if (loss > HARDLY * first)
    return `The loss hardly moved from ${formatNumber(first)}: check the gradients of this network, and its initialisation.`;
  if (openLayers(spec.layers).some(({ type }) => type === "dropout"))
    return "Dropout hides units at every step, so that the rows are never seen by the whole network: try it without.";
  if (spec.optimizer.weightDecay > 0.05)
    return `A weight decay of ${formatNumber(spec.optimizer.weightDecay)} pulls the weights back: try it without.`;
  return `The loss fell from ${formatNumber(first)}${Number.isFinite(least) ? `, the steps are sound (‖Δw‖/‖w‖ from ${formatNumber(least, 2)})` : ""}: it needs more steps, a higher learning rate, or more units.`;
}
