/** The ends of a training's steps, in rising order, side by side. */
interface StepEnds {
  readonly steps: Float64Array;
  readonly wallMs: Float64Array;
}

/** Speeds over stretches of steps, side by side: stretch `i` ends with step number `ends[i]` of those given. */
export interface StepSpeeds {
  readonly ends: readonly number[];
  readonly perSecond: Float64Array;
}

/**
 * Steps a second: `Δsteps / (Δt − time of evaluations in between)`, over stretches of `every` steps from index `first` to
 * before `end`. A stretch in which the clock did not move goes on into the next.
 *
 * ends (N,) of the steps; evaluations (M,) by the step that they came after → at most ⌈(end − first) / every⌉ speeds.
 * What comes before the first step is no step: it has no speed.
 */
export function stepSpeeds(
  { steps, wallMs }: StepEnds,
  evaluations: readonly StepEnds[],
  { first, end, every }: { readonly first: number; readonly end: number; readonly every: number },
): StepSpeeds {
  const evaluatedUntil = new Map<number, number>();
  for (const evaluation of evaluations) {
    evaluation.steps.forEach((step, i) => {
      evaluatedUntil.set(step, Math.max(evaluatedUntil.get(step) ?? -Infinity, evaluation.wallMs[i]));
    });
  }
  const ends: number[] = [];
  const perSecond: number[] = [];
  let from = Math.max(0, first - 1);
  let evaluatedMs = 0;
  for (let i = from + 1; i < end; i++) {
    evaluatedMs += Math.max(0, (evaluatedUntil.get(steps[i - 1]) ?? -Infinity) - wallMs[i - 1]);
    const ms = wallMs[i] - wallMs[from] - evaluatedMs;
    if ((i - from < every && i < end - 1) || ms <= 0) continue;
    ends.push(i);
    perSecond.push(((steps[i] - steps[from]) / ms) * 1000);
    [from, evaluatedMs] = [i, 0];
  }
  return { ends, perSecond: Float64Array.from(perSecond) };
}
