import { resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { TaskError } from "../../../src/core/errors.ts";
import { RecordingOps, type Program } from "../../../src/core/ops/recording-ops.ts";
import type { Scope } from "../../../src/main/engine/arena.ts";
import { Engine } from "../../../src/main/engine/engine.ts";

const FAULTY_WORKER = resolve("test/integration/engine/faulty-worker.mjs");
/** Short for the test of a hang; long enough elsewhere for a heap to fill. */
const HANG_MS = { "fault: hang": 1_000 } as Readonly<Record<string, number>>;

let engine: Engine | undefined;
afterEach(async () => {
  await engine?.close();
  engine = undefined;
});

/** Work that needs both workers at a barrier; `fault` is what happens to the second. */
function program(scope: Scope, fault: string | null): Program {
  const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
  const x = ops.tensor("x", [20_000, 100]);
  const out = ops.tensor("out", [100]);
  ops.run({ op: "columnSum", x, out });
  if (fault !== null) ops.run({ op: "mark", name: fault });
  return ops.program();
}

describe("Engine.run() when a worker fails", () => {
  it.each([
    ["exits", "fault: exit", /ended while it ran "program"/],
    ["throws", "fault: throw", /thrown on purpose/],
    ["hangs", "fault: hang", /gave no sign of life/],
    ["runs out of memory", "fault: memory", /ended while it ran "program"/],
  ])("fails with the reason when a worker %s, and the next run works", async (_what, fault, reason) => {
    engine = await Engine.start({ threads: 2, workerFile: FAULTY_WORKER, hangMs: HANG_MS[fault] ?? 5_000 });
    const scope = engine.arena.scope();
    const failing = engine.run([{ program: program(scope, fault), repeats: 1 }], { threads: 2 });
    await expect(failing).rejects.toThrow(TaskError);
    await expect(failing).rejects.toThrow(reason);
    expect(await engine.run([{ program: program(scope, null), repeats: 3 }], { threads: 2 })).toBe(
      "finished",
    );
    scope.release();
    expect(engine.arena.usedBytes).toBe(0);
  });

  it("says that the installation is damaged when the worker file is missing", async () => {
    const start = Engine.start({ threads: 1, workerFile: resolve("out/main/no-such-worker.js") });
    await expect(start).rejects.toThrow(/may be damaged/);
  });
});
