import { describe, expect, it } from "vitest";
import { parseThreadStat } from "../../../../src/main/engine/thread-activity.ts";
import { Watchdog } from "../../../../src/main/engine/watchdog.ts";

const HANG_MS = 3_000;
const TICK_MS = 50;

/** One worker that falls silent at once, and what the system says about its thread after so many milliseconds. */
function verdictAfter(
  ms: number,
  thread: ((atMs: number) => { cpuMs: number; asleep: boolean } | null) | "invisible" | "not begun",
  tickMs = TICK_MS,
): string | null {
  let nowMs = 0;
  const visible = typeof thread === "function";
  const control = { heartbeat: () => 1, threadId: () => (visible ? 7 : 0) };
  const watchdog = new Watchdog(control, 1, HANG_MS, {
    now: () => nowMs,
    activity: thread === "invisible" ? null : () => (visible ? thread(nowMs) : null),
  });
  for (; nowMs <= ms; nowMs += tickMs) {
    const silent = watchdog.silentWorker();
    if (silent !== null) return silent;
  }
  return null;
}

describe("fault 8: Watchdog", () => {
  it("finds a thread that computes without a heartbeat as soon as it has used the time", () => {
    const loop = (atMs: number) => ({ cpuMs: atMs, asleep: false });
    expect(verdictAfter(2_900, loop)).toBeNull();
    expect(verdictAfter(3_300, loop)).toMatch(
      /Worker 1 of 1 gave no sign of life for 3 s while it kept a core busy/,
    );
  });

  it("finds the same loop later on a machine that gives it a fifth of a core", () => {
    const loop = (atMs: number) => ({ cpuMs: atMs / 5, asleep: false });
    expect(verdictAfter(11_000, loop)).toBeNull();
    expect(verdictAfter(16_000, loop)).toMatch(/busy/);
  });

  it("lets a thread wait for a core as long as it must (A13)", () => {
    expect(verdictAfter(600_000, () => ({ cpuMs: 40, asleep: false }))).toBeNull();
    expect(verdictAfter(600_000, (atMs) => ({ cpuMs: 0, asleep: atMs % 1_000 < 500 }))).toBeNull();
  });

  it("finds a thread that sleeps for ever, and one that has ended", () => {
    expect(verdictAfter(3_300, () => ({ cpuMs: 20, asleep: true }))).toMatch(/and was asleep/);
    expect(verdictAfter(3_300, () => null)).toMatch(/its thread has ended/);
  });

  it("gives a task that no thread has begun half a minute", () => {
    expect(verdictAfter(29_000, "not begun")).toBeNull();
    expect(verdictAfter(31_000, "not begun")).toMatch(/for 30 s/);
  });

  it("goes by main's own punctuality where threads are invisible", () => {
    expect(verdictAfter(3_300, "invisible")).toMatch(/gave no sign of life for 3 s;/);
    expect(verdictAfter(29_000, "invisible", 300)).toBeNull();
    expect(verdictAfter(31_000, "invisible", 300)).toMatch(/no sign of life/);
    // A machine that slept says nothing about its threads.
    expect(verdictAfter(600_000, "invisible", 2_000)).toBeNull();
  });
});

describe("parseThreadStat()", () => {
  it("reads state and processor time, whatever the thread is called", () => {
    const rest = "1 2 3 0 -1 4194560 812 0 0 0 321 12 0 0 25 5 9 0 1234 0 0";
    expect(parseThreadStat(`41 (a (strange) name) R ${rest}`)).toEqual({ cpuMs: 3_330, asleep: false });
    expect(parseThreadStat(`41 (node) S ${rest}`)).toEqual({ cpuMs: 3_330, asleep: true });
    expect(parseThreadStat("nonsense")).toBeNull();
  });
});
