import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TaskError } from "../../../src/core/errors.ts";
import { RecordingOps, type Program } from "../../../src/core/ops/recording-ops.ts";
import type { Scope } from "../../../src/main/engine/arena.ts";
import { Engine } from "../../../src/main/engine/engine.ts";
import { times } from "../../thorough.ts";
import { keptTuning } from "./kept-tuning.ts";
import { waitingForCores } from "./waiting-for-cores.ts";

const FAULTY_WORKER = resolve("test/integration/engine/faulty-worker.mjs");
/** What the engine promises: a failed run has its reason, and a new pool, by then. */
const REASON_WITHIN_MS = 5_000;
/** For a busy machine; nothing is judged by it. */
const HANG_GUARD_MS = 300_000;

let engine: Engine;
// One for all: after a failed run it has a new pool, and goes on as before.
beforeAll(async () => {
  engine = await Engine.start({ threads: 2, workerFile: FAULTY_WORKER, tuning: keptTuning });
});
afterAll(() => engine.close());

/** Work that needs both workers at a barrier; `fault` is what happens to the second. */
function program(scope: Scope, fault: string | null): Program {
  const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
  const x = ops.tensor("x", [20_000, 100]);
  const out = ops.tensor("out", [100]);
  ops.run({ op: "columnSum", x, out });
  if (fault !== null) ops.run({ op: "mark", name: fault });
  return ops.program();
}

const run = (running: Engine, scope: Scope, fault: string | null, repeats = 1) =>
  running.run([{ program: program(scope, fault), repeats }], { threads: 2 });

/** How a run ended: its status, or what it failed with. */
async function outcome(running: Promise<string>): Promise<unknown> {
  try {
    return await running;
  } catch (error) {
    return error;
  }
}

describe("Engine.run() when a worker fails", () => {
  it.each([
    ["fault 4: a worker that exits", "fault: exit", /^A worker thread ended while it ran "program": .*3/],
    [
      "fault 9: a worker that exits while its peer sleeps at a barrier",
      "fault: exit before the barrier",
      /^A worker thread ended while it ran "program": .*4/,
    ],
    [
      "fault 9: a worker that exits in a barrier",
      "fault: exit in the barrier",
      /^A worker thread ended while it ran "program": .*5/,
    ],
    ["fault 4: a worker that throws", "fault: throw", /thrown on purpose/],
    [
      "fault 8: a worker that hangs",
      "fault: hang",
      /^Worker 2 of 2 gave no sign of life for \d+ s while it kept a core busy; the workers were restarted/,
    ],
    [
      "fault 8: a worker that sleeps for ever",
      "fault: sleep",
      /^Worker 2 of 2 gave no sign of life for \d+ s and was asleep; the workers were restarted/,
    ],
    [
      "fault 6: a worker that runs out of memory",
      "fault: memory",
      /^A worker thread ended while it ran "program": .*out of memory/,
    ],
  ])(
    "%s ends the run with the reason within 5 s, and the next run works",
    async (_what, fault, reason) => {
      const scope = engine.arena.scope();
      const cores = waitingForCores();
      const startedMs = performance.now();
      const failure = await outcome(run(engine, scope, fault));
      const elapsedMs = performance.now() - startedMs;
      expect(elapsedMs - cores.stop()).toBeLessThan(REASON_WITHIN_MS);
      expect(failure).toBeInstanceOf(TaskError);
      expect((failure as TaskError).message).toMatch(reason);
      expect(engine.workers).toBe(2);
      expect(await run(engine, scope, null, 3)).toBe("finished");
      scope.release();
      expect(engine.arena.allocations).toBe(0);
    },
    HANG_GUARD_MS,
  );

  it("fault 5: a worker file that is missing or damaged is said, and the set-up named that mends it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "backprop-lab-worker-"));
    try {
      const damaged = join(folder, "worker.mjs");
      writeFileSync(damaged, "export function work() { return");
      for (const workerFile of [join(folder, "gone.mjs"), damaged]) {
        const start = Engine.start({ threads: 1, workerFile });
        await expect(start).rejects.toThrow(/may be damaged .*: run the set-up again/);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** A tenth of them end with a worker that throws or exits, half of the others are cancelled. */
const CYCLES = times(30, 200);

describe(`Engine.run() over ${CYCLES} cycles`, () => {
  it(
    "leaks nothing in the arena, however a run ends",
    async () => {
      let committedBytes = 0;
      for (let cycle = 0; cycle < CYCLES; cycle++) {
        const scope = engine.arena.scope();
        if (cycle % 10 === 3) {
          const fault = cycle % 20 === 3 ? "fault: throw" : "fault: exit before the barrier";
          expect(await outcome(run(engine, scope, fault))).toBeInstanceOf(TaskError);
        } else if (cycle % 2 === 1) {
          const cancelled = run(engine, scope, null, 100_000);
          engine.cancel();
          expect(await cancelled).toBe("cancelled");
        } else {
          expect(await run(engine, scope, null)).toBe("finished");
        }
        scope.release();
        expect(engine.arena.allocations).toBe(0);
        // The memory never shrinks: it must not grow either once every kind of ending has been seen.
        if (cycle === 10) committedBytes = engine.arena.committedBytes;
      }
      expect(engine.arena.committedBytes).toBe(committedBytes);
      expect(engine.arena.usedBytes).toBe(0);
    },
    HANG_GUARD_MS,
  );
});
