import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { beginFlagTrial, type FlagTrial } from "../../../../src/main/engine/flag-trial.ts";

let folder: string;
let path: string;
let alive: Set<number>;
let trials: FlagTrial[];
let nextPid = 1_000;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flag-trial-"));
  path = join(folder, "trial.json");
  alive = new Set();
  trials = [];
});
afterEach(() => {
  // Gives back the listeners of those that were not ended otherwise.
  for (const trial of trials) trial.passed();
  rmSync(folder, { recursive: true, force: true });
});

/** A start of the process `pid`, which lives until it is taken from `alive`. */
function start(pid: number, v8 = "13.0", file = path, bootMinute = 1_000): FlagTrial {
  alive.add(pid);
  const trial = beginFlagTrial(file, v8, { pid, isAlive: (one) => alive.has(one), bootMinute });
  trials.push(trial);
  return trial;
}

describe("beginFlagTrial()", () => {
  it("withholds the flags after two processes that vanished while they compiled", () => {
    for (const pid of [1, 2]) {
      expect(start(pid).allowed).toBe(true);
      alive.delete(pid);
    }
    expect(start(3).allowed).toBe(false);
    alive.delete(3);
    expect(start(4).allowed).toBe(false);
    expect(start(5, "14.6").allowed).toBe(true);
  });

  /** Starts until one is allowed to use the flags. */
  const startsUntilAllowed = (): { starts: number; trial: FlagTrial; pid: number } => {
    for (let starts = 1; starts < 100; starts++) {
      const pid = nextPid++;
      const trial = start(pid);
      if (trial.allowed) return { starts, trial, pid };
      alive.delete(pid);
    }
    throw new Error("never allowed again");
  };

  it("tries them again after five starts without, after another crash after ten; kills do not last (item 36)", () => {
    for (const pid of [1, 2]) {
      start(pid);
      alive.delete(pid);
    }
    const again = startsUntilAllowed();
    expect(again.starts).toBe(6);
    alive.delete(again.pid);
    const third = startsUntilAllowed();
    expect(third.starts).toBe(11);
    third.trial.passed();
    alive.delete(third.pid);
    start(3);
    alive.delete(3);
    expect(start(4).allowed).toBe(true);
  });

  it("does not take a machine that went down for a crash", () => {
    for (const [pid, bootMinute] of [
      [1, 1_000],
      [2, 2_000],
      [3, 3_000],
    ] as const) {
      expect(start(pid, "13.0", path, bootMinute).allowed).toBe(true);
      alive.delete(pid);
    }
    expect(start(4, "13.0", path, 4_000).allowed).toBe(true);
  });

  it("does not take neighbours that are compiling for crashes (D36)", () => {
    for (const pid of [1, 2, 3, 4]) expect(start(pid).allowed).toBe(true);
  });

  it("does not take a process that a signal ended, twice, for a crash (D36)", () => {
    const keepAlive = (): void => undefined;
    process.on("SIGINT", keepAlive);
    try {
      for (const pid of [1, 2, 3]) {
        expect(start(pid).allowed).toBe(true);
        process.emit("SIGINT", "SIGINT");
        alive.delete(pid);
      }
    } finally {
      process.removeListener("SIGINT", keepAlive);
    }
    expect(start(4).allowed).toBe(true);
  });

  it("forgets a crash when a start passes, and leaves no listener behind", () => {
    const listeners = process.listenerCount("SIGTERM");
    start(1);
    alive.delete(1);
    start(2).passed();
    start(3);
    alive.delete(3);
    expect(start(4).allowed).toBe(true);
    for (const trial of trials) trial.passed();
    expect(process.listenerCount("SIGTERM")).toBe(listeners);
  });

  it("allows the flags when the file is damaged or cannot be written", () => {
    writeFileSync(path, "{");
    expect(start(1).allowed).toBe(true);
    expect(start(1, "13.0", join(folder, "missing", "trial.json")).allowed).toBe(true);
  });
});
