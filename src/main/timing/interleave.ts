import type { RandomStream } from "../../core/random/random-stream.ts";
import { permutation } from "../../core/random/permutation.ts";
import type { Batch, Contender } from "./contender.ts";

/** How long to measure; tests take less. */
export interface Effort {
  readonly rounds: number;
  readonly minimumSamples: number;
  /** Measuring time of each contender, as far as the minimum of samples leaves a choice. */
  readonly targetMs: number;
  /** A sample is a loop of as many calls as this takes. */
  readonly sampleMs: number;
  /** Before another contender's turn: threads that still spin for work must not take the next one's processor. */
  readonly pauseMs: number;
}

export const EFFORT: Effort = {
  rounds: 5,
  minimumSamples: 10,
  targetMs: 1_000,
  sampleMs: 25,
  pauseMs: 150,
};

const MAXIMUM_SAMPLES = 50;
const WARMUP_SAMPLES = 3;

/** One contender's samples in the order in which they were taken. */
export interface Measurement {
  readonly contender: Contender;
  /** Calls in the loop of one sample. */
  readonly calls: number;
  readonly samplesMs: readonly number[];
  /** Processors kept busy, on average: processor time over time on the clock. */
  readonly cpuShare: number;
}

interface Schedule {
  readonly calls: number;
  readonly samplesPerRound: number;
}

/** Calls a sample and samples a round for a contender that needs `msPerCall`. */
export function scheduleFor(msPerCall: number, maxCalls: number, effort: Effort): Schedule {
  const calls = Math.max(1, Math.min(maxCalls, Math.ceil(effort.sampleMs / Math.max(msPerCall, 1e-6))));
  const wanted = Math.ceil(effort.targetMs / (msPerCall * calls));
  const samples = Math.min(MAXIMUM_SAMPLES, Math.max(effort.minimumSamples, wanted));
  return { calls, samplesPerRound: Math.ceil(samples / effort.rounds) };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Finds how long a call takes, by loops that grow until one is long enough to be timed. */
async function calibrate(contender: Contender, maxCalls: number, effort: Effort): Promise<Schedule> {
  let calls = 1;
  for (;;) {
    const { samplesMs } = await contender.sample(calls, 1);
    const msPerCall = samplesMs[0] ?? NaN;
    if (!(msPerCall >= 0)) throw new RangeError(`${contender.name}: expected a time, got ${msPerCall}`);
    if (msPerCall * calls >= effort.sampleMs / 5 || calls >= maxCalls) {
      return scheduleFor(msPerCall, maxCalls, effort);
    }
    calls = Math.min(maxCalls, calls * 4);
  }
}

interface Entry {
  readonly contender: Contender;
  readonly batches: Batch[];
  schedule: Schedule;
  failure: unknown;
}

/** What came of a contender's turns: its samples, or the error that ended them. */
export type Outcome = Measurement | { readonly contender: Contender; readonly failure: unknown };

const sumOf = (batches: readonly Batch[], field: "cpuMs" | "wallMs"): number =>
  batches.reduce((sum, batch) => sum + batch[field], 0);

function outcomeOf({ contender, batches, schedule, failure }: Entry): Outcome {
  if (failure !== null) return { contender, failure };
  return {
    contender,
    calls: schedule.calls,
    samplesMs: batches.flatMap(({ samplesMs }) => samplesMs),
    cpuShare: sumOf(batches, "cpuMs") / sumOf(batches, "wallMs"),
  };
}

/**
 * Measures contenders in turns: each round they come in another random order, each giving a batch of samples after a
 * loop that is not counted. One round before the others warms up and is thrown away. A contender that fails has no
 * more turns.
 */
export async function interleave(
  contenders: readonly Contender[],
  options: {
    readonly maxCalls: number;
    readonly effort: Effort;
    readonly stream: RandomStream;
  },
): Promise<Outcome[]> {
  const { maxCalls, effort, stream } = options;
  const pauseMs = contenders.length > 1 ? effort.pauseMs : 0;
  const entries = contenders.map((contender): Entry => ({
    contender,
    batches: [],
    schedule: { calls: 1, samplesPerRound: 1 },
    failure: null,
  }));
  const turn = async (entry: Entry, work: (entry: Entry) => Promise<void>): Promise<void> => {
    if (entry.failure !== null) return;
    await pause(pauseMs);
    try {
      await work(entry);
    } catch (error) {
      entry.failure = error;
    }
  };
  for (const entry of entries) {
    await turn(entry, async ({ contender }) => {
      entry.schedule = await calibrate(contender, maxCalls, effort);
    });
  }
  for (let round = 0; round <= effort.rounds; round++) {
    const order = [...permutation(stream, entries.length)].flatMap((index) => entries[index] ?? []);
    for (const entry of order) {
      await turn(entry, async ({ contender, schedule, batches }) => {
        if (round > 0) {
          batches.push(await contender.sample(schedule.calls, schedule.samplesPerRound));
          return;
        }
        // First calls are slower: what the warm-up shows is a better base for the length of the loops.
        const { samplesMs } = await contender.sample(schedule.calls, WARMUP_SAMPLES);
        entry.schedule = scheduleFor(Math.min(...samplesMs), maxCalls, effort);
      });
    }
  }
  return entries.map(outcomeOf);
}
