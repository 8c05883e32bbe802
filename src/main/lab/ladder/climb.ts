import type { GradientComparison } from "../../../core/gradient-check.ts";
import { messageLine } from "../../../core/thrown.ts";
import { permutation } from "../../../core/random/permutation.ts";
import type { RandomStream } from "../../../core/random/random-stream.ts";
import type { ProductShape } from "../../../shared/experiments/ladder.ts";
import { scheduleFor, type Effort } from "../../timing/interleave.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import { ExperimentCancelled } from "../activity/experiment-cancelled.ts";
import { RungMeasurement } from "./rung-measurement.ts";
import type { Contender } from "../rungs/contender.ts";
import { cutNote, skippedNote } from "./words.ts";

/** How long to measure each rung; tests take less. */
export const LADDER_EFFORT: Effort = {
  rounds: 10,
  minimumSamples: 10,
  targetMs: 1_000,
  sampleMs: 20,
  pauseMs: 0,
};
/** A loop this much shorter than a sample is long enough to say how long a call takes. */
const CALIBRATION_SHARE = 0.2;
/** A warm rung's loops differ by less than this; one that never settles is sampled all the same. */
const STABLE_WITHIN = 0.05;
const WARMUP_LOOPS = 8;
/** Of the budget; slow rungs are warm after their first call, which took seconds. */
const WARMUP_SHARE = 0.1;

/** One rung in the race: what is known of it, and what it may still use. */
interface Entry {
  readonly contender: Contender;
  readonly measurement: RungMeasurement;
  usedMs: number;
  /** Of the last call or loop; of the cold call until there is a warm one. */
  callMs: number;
  isWarm: boolean;
  samplesPerRound: number;
  wanted: number;
  done: boolean;
}

export interface ClimbOptions {
  readonly shape: ProductShape;
  /** Longest time that one rung may take. */
  readonly budgetMs: number;
  readonly effort: Effort;
  /** The clock that budgets are kept by, in milliseconds. */
  readonly now: () => number;
  /** Draws the order of the turns. */
  readonly stream: RandomStream;
  /** Of one worker; null while it is not known. */
  readonly peakGflops: number | null;
  /** Compares what the contender has just left in the operands' `out`. */
  readonly compare: () => Promise<GradientComparison>;
  /** Counts samples over the whole ladder. */
  readonly nextOrder: () => number;
  readonly activity: ActivityHandle;
  readonly onChange: (measurement: RungMeasurement) => void;
}

/** The time that `work` takes is the rung's. */
async function charge<T>(
  entry: Entry,
  { now }: Pick<ClimbOptions, "now">,
  work: () => Promise<T>,
): Promise<T> {
  const startedMs = now();
  try {
    return await work();
  } finally {
    entry.usedMs += now() - startedMs;
  }
}

/** First call, then comparison: whoever is wrong or too slow goes no further. */
async function verify(entry: Entry, options: ClimbOptions): Promise<void> {
  const { contender, measurement } = entry;
  const first = await charge(entry, options, () => contender.first(options.budgetMs));
  if ("givenUpMs" in first) {
    measurement.end("skipped", skippedNote(first.givenUpMs));
    entry.done = true;
    return;
  }
  entry.callMs = first.coldMs;
  const cold = { order: options.nextOrder(), ms: first.coldMs };
  entry.done = !measurement.compared(await options.compare(), cold);
}

/** Finds the length of the loops, and runs them until they take the same time twice. */
async function warmUp(entry: Entry, options: ClimbOptions): Promise<void> {
  const { budgetMs, effort } = options;
  const { contender, measurement } = entry;
  const loop = async (calls: number): Promise<number> => {
    const [ms = NaN] = await charge(entry, options, () => contender.sample(calls, 1));
    return ms;
  };
  const affordable = (ms: number): boolean => ms * effort.minimumSamples <= budgetMs - entry.usedMs;
  // Another library compiles in its first call, which may take hundreds of times as long as any after it.
  if (affordable(2 * entry.callMs) || (contender.foreign && entry.usedMs < budgetMs)) {
    let calls = 1;
    entry.callMs = await loop(calls);
    entry.isWarm = true;
    while (entry.callMs * calls < CALIBRATION_SHARE * effort.sampleMs) {
      calls *= 4;
      entry.callMs = await loop(calls);
    }
    ({ calls } = scheduleFor(entry.callMs, Infinity, effort));
    for (let loops = 0; loops < WARMUP_LOOPS && entry.usedMs < WARMUP_SHARE * budgetMs; loops++) {
      const before = entry.callMs;
      entry.callMs = await loop(calls);
      if (Math.abs(entry.callMs - before) < STABLE_WITHIN * before) break;
    }
  }
  const schedule = scheduleFor(entry.callMs, Infinity, effort);
  measurement.callsPerSample = schedule.calls;
  entry.samplesPerRound = schedule.samplesPerRound;
  entry.wanted = schedule.samplesPerRound * effort.rounds;
}

/** One rung's samples of a round, as many as its budget allows. */
async function takeTurn(entry: Entry, options: ClimbOptions): Promise<void> {
  const { contender, measurement } = entry;
  const sampleMs = entry.callMs * measurement.callsPerSample;
  const affordable = Math.floor((options.budgetMs - entry.usedMs) / sampleMs);
  const samples = Math.min(entry.samplesPerRound, affordable);
  if (samples < 1) {
    const { wanted, callMs, isWarm } = entry;
    const taken = { samples: measurement.warmMs.length, wanted, callMs, isWarm };
    measurement.end("skipped", cutNote(options.budgetMs, taken));
    entry.done = true;
    return;
  }
  const times = await charge(entry, options, () => contender.sample(measurement.callsPerSample, samples));
  for (const ms of times) measurement.add(options.nextOrder(), ms);
  if (contender.restMs > 0) await new Promise((resolve) => setTimeout(resolve, contender.restMs));
}

/**
 * Measures contenders on one product by the ladder's method: each is compared with the float64 product before it is
 * timed; the cold call is kept apart; loops warm up until they are stable; then the rungs take turns in random order,
 * each within its budget.
 *
 * @throws {ExperimentCancelled} What was measured until then is in `measurements`. @throws {TaskError} Of the engine.
 */
export async function climb(
  contenders: readonly Contender[],
  measurements: RungMeasurement[],
  options: ClimbOptions,
): Promise<void> {
  const entries = contenders.map((contender): Entry => {
    const measurement = new RungMeasurement(contender, options.shape, options.peakGflops);
    measurements.push(measurement);
    if (contender.remark !== "") measurement.note(contender.remark);
    return {
      contender,
      measurement,
      usedMs: 0,
      callMs: NaN,
      isWarm: false,
      samplesPerRound: 0,
      wanted: 0,
      done: false,
    };
  });
  const work = async (entry: Entry, body: () => Promise<void>): Promise<void> => {
    if (entry.done) return;
    options.activity.checkpoint();
    try {
      await body();
    } catch (error) {
      if (error instanceof ExperimentCancelled || !entry.contender.foreign) throw error;
      // Another library's failure is its own: the ladder goes on without it.
      entry.measurement.end("unavailable", messageLine(error));
      entry.done = true;
    }
    options.onChange(entry.measurement);
  };
  try {
    const steps = entries.length * (1 + options.effort.rounds);
    let step = 0;
    const turn = (phase: string): void => {
      options.activity.phase(phase);
      options.activity.progress(step++ / steps);
    };
    for (const entry of entries) {
      turn(`comparing ${entry.contender.name} with float64`);
      await work(entry, () => verify(entry, options));
      await work(entry, () => warmUp(entry, options));
    }
    for (let round = 1; round <= options.effort.rounds; round++) {
      for (const index of permutation(options.stream, entries.length)) {
        const entry = entries[index];
        turn(`round ${round} of ${options.effort.rounds}`);
        if (entry !== undefined) await work(entry, () => takeTurn(entry, options));
      }
    }
  } catch (error) {
    for (const { measurement, done } of entries) if (!done) measurement.cancel();
    throw error;
  }
}
