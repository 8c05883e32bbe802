/**
 * How the learning rate changes over a training of S steps; t = 0 … S − 1. All begin with `warmupSteps` steps of a
 * linear rise from 0.
 *
 * - `constant`: lr
 * - `step`: lr · gamma^⌊t / every⌋
 * - `cosine`: lr (1 + cos(π t / S)) / 2
 * - `oneCycle`: a cosine rise from lr / 25 to lr over 30 % of the steps, then a cosine fall to lr / 250,000
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

/** The learning rate of every step. @throws {RangeError} If there is no step. */
export function learningRates(schedule: Schedule, lr: number, steps: number): Float32Array {
  if (!Number.isInteger(steps) || steps < 1) {
    throw new RangeError(`learningRates: expected a whole number of steps of at least 1, got ${steps}`);
  }
  const { warmupSteps } = schedule;
  return Float32Array.from({ length: steps }, (_, t) => {
    const rate = rateAt(schedule, lr, t, steps);
    return t < warmupSteps ? (rate * (t + 1)) / warmupSteps : rate;
  });
}
