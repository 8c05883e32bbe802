import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { beginFlagTrial, type FlagTrial } from "../../../../src/main/engine/flag-trial.ts";
import { probeFlags, type ProbeEnd } from "../../../../src/main/engine/probe-flags.ts";

let folder: string;
let alive: Set<number>;
let trials: FlagTrial[];
/** How the process ends that compiles by itself, and how often one was asked. */
let probe: { end: ProbeEnd; asked: number };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flag-trial-"));
  alive = new Set();
  trials = [];
  probe = { end: "passed", asked: 0 };
});
afterEach(() => {
  // Gives back the listeners of those that were not ended otherwise.
  for (const trial of trials) trial.passed();
  rmSync(folder, { recursive: true, force: true });
});

interface Start {
  readonly v8?: string;
  readonly host?: string;
  readonly bootMinute?: number;
}

/** A start of the process `pid`, which lives until it is taken from `alive`. */
function start(pid: number, { v8 = "13.0", host = "here", bootMinute = 1_000 }: Start = {}): FlagTrial {
  alive.add(pid);
  const trial = beginFlagTrial(join(folder, "trial"), v8, {
    pid,
    host,
    bootMinute,
    isAlive: (one) => alive.has(one),
    probe: () => {
      probe.asked++;
      return probe.end;
    },
  });
  trials.push(trial);
  return trial;
}

describe("beginFlagTrial()", () => {
  it("takes the flags away after one crash of the compiler, for that version of V8 (issue 20, 5)", () => {
    expect(start(1).allowed).toBe(true);
    alive.delete(1);
    probe.end = "crashed";
    expect(start(2).allowed).toBe(false);
    expect(start(3).allowed).toBe(false);
    // Nothing is compiled any more to find out.
    expect(probe.asked).toBe(1);
    expect(start(4, { v8: "14.6" }).allowed).toBe(true);
    rmSync(join(folder, "trial"), { recursive: true });
    expect(start(5).allowed).toBe(true);
  });

  it("gives them to the next start after kills, however many (issue 20, 5)", () => {
    for (const pid of [1, 2, 3, 4, 5]) {
      expect(start(pid).allowed).toBe(true);
      alive.delete(pid);
    }
    expect(probe.asked).toBe(4);
    start(6).passed();
    expect(readdirSync(join(folder, "trial"))).toEqual([]);
  });

  it("gives them to four starts at once, and asks nobody (issue 20, 5)", () => {
    for (const pid of [1, 2, 3, 4]) expect(start(pid).allowed).toBe(true);
    trials[0].passed();
    alive.delete(1);
    trials[2].passed();
    for (const pid of [5, 6]) expect(start(pid).allowed).toBe(true);
    expect(probe.asked).toBe(0);
  });

  it("looks up no process of another machine here (issue 20, 5)", () => {
    start(1, { host: "node7" });
    alive.delete(1);
    expect(start(2).allowed).toBe(true);
    expect(probe.asked).toBe(0);
    // It is still there for its own machine.
    start(3, { host: "node7" });
    expect(probe.asked).toBe(1);
  });

  it("does without, once, where nobody can say what the end was", () => {
    start(1);
    alive.delete(1);
    probe.end = "unknown";
    expect(start(2).allowed).toBe(false);
    expect(start(3).allowed).toBe(true);
  });

  it("does not take a machine that went down for a crash", () => {
    for (const bootMinute of [1_000, 2_000, 3_000]) {
      expect(start(bootMinute, { bootMinute }).allowed).toBe(true);
      alive.delete(bootMinute);
    }
    expect(start(4, { bootMinute: 4_000 }).allowed).toBe(true);
    expect(probe.asked).toBe(0);
  });

  it("does not take a process that a signal ended for a crash (D36)", () => {
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
    expect(probe.asked).toBe(0);
  });

  it("leaves no listener behind", () => {
    const listeners = process.listenerCount("SIGTERM");
    for (const pid of [1, 2, 3]) start(pid);
    for (const trial of trials) trial.passed();
    expect(process.listenerCount("SIGTERM")).toBe(listeners);
  });

  it("allows the flags where nothing can be written, and writes nothing where it is not to", () => {
    writeFileSync(join(folder, "trial"), "a file in place of the folder");
    expect(start(1).allowed).toBe(true);
    const reading = join(folder, "other");
    expect(beginFlagTrial(reading, "13.0", { record: false, probe: () => "crashed" }).allowed).toBe(true);
    expect(existsSync(reading)).toBe(false);
  });
});

describe("probeFlags()", () => {
  const probed = (text: string): ProbeEnd => {
    const file = join(folder, "program.mjs");
    writeFileSync(file, text);
    return probeFlags(file, ["--one"]);
  };

  it("tells a crash from a kill, and both from a process that comes through", () => {
    expect(probed('if (process.argv[2] !== "--one") process.exit(3);')).toBe("passed");
    expect(probed('process.kill(process.pid, "SIGKILL");')).toBe("unknown");
    expect(probed("process.exit(3);")).toBe("unknown");
    if (process.platform !== "win32") expect(probed("process.abort();")).toBe("crashed");
  });
});
