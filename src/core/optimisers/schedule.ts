/**
 * How the learning rate changes over a training of S steps; t = 0 … S − 1. All begin with `warmupSteps` steps of a
 * linear rise from 0.
 *
 * - `constant`: lr
 * - `step`: lr · gamma^⌊t / every⌋
 * - `cosine`: lr (1 + cos(π t / S)) / 2
 * - `oneCycle`: a cosine rise from lr / 25 to lr over 30 % of the steps, then a cosine fall to lr / 250,000; equals
 *   torch's with `cycle_momentum=False`: the momentum stays as it is
 *
 * @see Loshchilov and Hutter, "SGDR" (2017); Smith, "Super-convergence" (2018); torch.optim.lr_scheduler.OneCycleLR
 */
export type Schedule =
  | { readonly name: "constant"; readonly warmupSteps: number }
  | { readonly name: "step"; readonly warmupSteps: number; readonly every: number; readonly gamma: number }
  | { readonly name: "cosine"; readonly warmupSteps: number }
  | { readonly name: "oneCycle"; readonly warmupSteps: number };

const RISING_SHARE = 0.3;
const START_DIVISOR = 25;
const END_DIVISOR = 1e4;

/** From `from` at part 0 to `to` at part 1 along half a cosine. */
const cosine = (from: number, to: number, part: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2;

function rateAt(schedule: Schedule, lr: number, t: number, steps: number): number {
  switch (schedule.name) {
    case "constant":
      return lr;
    case "step":
      return lr * schedule.gamma ** Math.floor(t / schedule.every);
    case "cosine":
      return cosine(lr, 0, t / steps);
    case "oneCycle": {
      const [first, rising] = [lr / START_DIVISOR, RISING_SHARE * steps - 1];
      return t <= rising
        ? cosine(first, lr, rising <= 0 ? 1 : t / rising)
        : cosine(lr, first / END_DIVISOR, (t - rising) / Math.max(1, steps - 1 - rising));
    }
  }
}

/**
 * The learning rate of step t, from 0, of a training of `steps` steps, as float32. A function of the step: a list of all
 * would take a minute and 400 MB for 10⁸ steps that a time limit ends after seconds.
 *
 * @throws {RangeError} If there is no such step.
 */
export function learningRate(schedule: Schedule, lr: number, t: number, steps: number): number {
  if (!Number.isInteger(steps) || !Number.isInteger(t) || t < 0 || t >= steps) {
    throw new RangeError(`learningRate: expected a step from 0 to below ${steps}, got ${t}`);
  }
  const { warmupSteps } = schedule;
  const rate = rateAt(schedule, lr, t, steps);
  return Math.fround(t < warmupSteps ? (rate * (t + 1)) / warmupSteps : rate);
}
