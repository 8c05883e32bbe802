import { describe, expect, test } from "vitest";
import { randomStream } from "../../../../src/core/random/random-stream.ts";
import type { Contender } from "../../../../src/main/timing/contender.ts";
import { interleave, scheduleFor, type Effort } from "../../../../src/main/timing/interleave.ts";

const EFFORT: Effort = { rounds: 4, minimumSamples: 10, targetMs: 100, sampleMs: 10, pauseMs: 0 };

/** A contender whose calls take exactly this long, and a log of its turns. */
function steady(name: string, msPerCall: number, log: string[] = []): Contender {
  return {
    name,
    version: "1",
    threads: 1,
    sample: (calls, samples) => {
      log.push(name);
      const samplesMs = Array.from({ length: samples }, () => msPerCall);
      const wallMs = msPerCall * calls * samples;
      return Promise.resolve({ samplesMs, wallMs, cpuMs: 2 * wallMs });
    },
    close: () => Promise.resolve(),
  };
}

const run = (contenders: readonly Contender[], maxCalls = Infinity) =>
  interleave(contenders, { maxCalls, effort: EFFORT, stream: randomStream(1) });

describe("scheduleFor()", () => {
  test("makes a loop of short calls and takes more samples of them", () => {
    expect(scheduleFor(0.5, Infinity, EFFORT)).toEqual({ calls: 20, samplesPerRound: 3 });
    expect(scheduleFor(2.5, Infinity, { ...EFFORT, targetMs: 200 })).toEqual({
      calls: 4,
      samplesPerRound: 5,
    });
  });

  test("takes a long call alone, and never fewer than the minimum of samples", () => {
    expect(scheduleFor(900, Infinity, EFFORT)).toEqual({ calls: 1, samplesPerRound: 3 });
  });

  test("keeps to the most calls that a case allows", () => {
    expect(scheduleFor(0.001, 7, EFFORT).calls).toBe(7);
  });
});

describe("interleave()", () => {
  test("gives every contender its samples in every round", async () => {
    const log: string[] = [];
    const outcomes = await run([steady("a", 20, log), steady("b", 30, log)]);
    expect(outcomes).toMatchObject([
      { contender: { name: "a" }, calls: 1, cpuShare: 2 },
      { contender: { name: "b" }, calls: 1, cpuShare: 2 },
    ]);
    for (const outcome of outcomes) expect(outcome).toHaveProperty("samplesMs.length", 12);
    const turns = log.slice(2);
    for (let round = 0; round <= EFFORT.rounds; round++) {
      expect(turns.slice(2 * round, 2 * round + 2).toSorted()).toEqual(["a", "b"]);
    }
  });

  test("changes the order from round to round", async () => {
    const log: string[] = [];
    await run([steady("a", 20, log), steady("b", 20, log), steady("c", 20, log)]);
    const rounds = Array.from({ length: EFFORT.rounds + 1 }, (_, round) =>
      log.slice(3 + 3 * round, 6 + 3 * round).join(""),
    );
    expect(new Set(rounds).size).toBeGreaterThan(1);
  });

  test("notes why a contender failed and goes on with the others", async () => {
    const failure = new Error("it ended (exit code 1)");
    const broken: Contender = { ...steady("broken", 1), sample: () => Promise.reject(failure) };
    const [first, second] = await run([broken, steady("a", 20)]);
    expect(first).toEqual({ contender: broken, failure });
    expect(second).toHaveProperty("samplesMs.length", 12);
  });
});
