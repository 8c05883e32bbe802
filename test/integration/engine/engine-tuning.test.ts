import { resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { KernelUnavailableError } from "../../../src/core/errors.ts";
import { RecordingOps } from "../../../src/core/ops/recording-ops.ts";
import { Engine } from "../../../src/main/engine/engine.ts";
import type { TuningCache } from "../../../src/main/engine/tune-kernels.ts";
import type { Tuning } from "../../../src/shared/experiments/tuning.ts";
import { WORKER_FILE } from "./start-engine.ts";

const WRONG_KERNELS_WORKER = resolve("test/integration/engine/wrong-kernels-worker.mjs");
const FAULTY_WORKER = resolve("test/integration/engine/faulty-worker.mjs");

/** Keeps tunings in memory and notes what is done with them. */
function memoryCache(
  before: ReadonlyMap<string, Tuning> = new Map(),
): TuningCache & { readonly kept: Map<string, Tuning>; readonly log: string[] } {
  const kept = new Map(before);
  const log: string[] = [];
  return {
    kept,
    log,
    load: (kernels) => {
      log.push("load");
      return kept.get(kernels) ?? null;
    },
    save: (kernels, tuning) => {
      log.push("save");
      kept.set(kernels, tuning);
    },
    drop: (kernels) => {
      log.push("drop");
      kept.delete(kernels);
    },
  };
}

let engine: Engine | undefined;
afterEach(async () => {
  await engine?.close();
  engine = undefined;
});

async function start(tuning: TuningCache, workerFile = WORKER_FILE): Promise<Engine> {
  await engine?.close();
  engine = await Engine.start({ threads: 2, workerFile, tuning });
  return engine;
}

/** What the first start found: to time the kernels again for each test costs more than all else in it. */
let tuned: ReadonlyMap<string, Tuning> = new Map();
const tunedCache = async (): Promise<ReturnType<typeof memoryCache>> => {
  if (tuned.size === 0) {
    const cache = memoryCache();
    await start(cache);
    tuned = cache.kept;
  }
  return memoryCache(tuned);
};

describe("Engine.start()", () => {
  it("tunes, saves, and uses the saved choice at the next start", async () => {
    const cache = memoryCache();
    const first = (await start(cache)).tuning;
    tuned = cache.kept;
    expect(first.source).toBe("measured");
    expect(first.kernels.every(({ failure }) => failure === null)).toBe(true);
    expect(first.peakGflops).toBeGreaterThan(0);
    const second = await start(cache);
    expect(cache.log).toEqual(["load", "save", "load"]);
    expect(second.tuning).toEqual({ ...first, source: "saved" });
    expect(second.instructionSet).toBe(first.chosen);
    expect(second.arena.usedBytes).toBe(0);
  });

  it("obeys a saved choice that is not the fastest: it is the measurement that counts", async () => {
    const cache = await tunedCache();
    for (const [kernels, tuning] of cache.kept) cache.kept.set(kernels, { ...tuning, chosen: "simd128" });
    expect((await start(cache)).instructionSet).toBe("simd128");
  });

  it("forgets a saved choice that fails its test, and tunes", async () => {
    const cache = await tunedCache();
    const { tuning } = await start(cache, WRONG_KERNELS_WORKER);
    expect(cache.log).toEqual(["load", "drop", "save"]);
    expect(tuning.source).toBe("measured");
  });
});

describe("Engine.start() with kernels pinned (issue 20, 1)", () => {
  it("uses them, keeps nothing, and does not change the choice of others", async () => {
    const cache = await tunedCache();
    const [{ chosen }] = [...cache.kept.values()];
    await engine?.close();
    for (const kernels of ["simd128", "relaxed128", "javascript"] as const) {
      engine = await Engine.start({ threads: 1, workerFile: WORKER_FILE, tuning: cache, kernels });
      expect(engine.tuning).toMatchObject({ chosen: kernels, source: "pinned" });
      expect(engine.instructionSet).toBe(kernels);
      await engine.close();
    }
    expect(cache.log).toEqual(["load", "load", "load"]);
    expect((await start(cache)).instructionSet).toBe(chosen);
  });

  it("refuses kernels that compute wrongly, with the reason", async () => {
    const kernels = "relaxed256";
    const pinned = Engine.start({ threads: 1, workerFile: WRONG_KERNELS_WORKER, kernels });
    await expect(pinned).rejects.toThrow(KernelUnavailableError);
    await expect(pinned).rejects.toThrow(
      /The kernels relaxed256 cannot be used .* Choose others with --kernels/s,
    );
  });
});

describe("Engine.tune()", () => {
  it("measures again, saves, and leaves nothing in the arena", async () => {
    const cache = await tunedCache();
    const again = await start(cache);
    expect(await again.tune()).toBe("finished");
    expect(cache.log).toEqual(["load", "save"]);
    expect(again.tuning.source).toBe("measured");
    expect(again.arena.usedBytes).toBe(0);
  });

  it("changes nothing when it is cancelled", async () => {
    const cache = await tunedCache();
    const running = await start(cache);
    const before = running.tuning;
    const tuned = running.tune();
    running.cancel();
    expect(await tuned).toBe("cancelled");
    expect(running.tuning).toBe(before);
    expect(cache.log).toEqual(["load"]);
  });
});

describe("Engine.run() when a worker finds its kernels wrong", () => {
  it("fails with the reason, chooses anew, and the next run works", async () => {
    const cache = await tunedCache();
    const faulty = await start(cache, FAULTY_WORKER);
    const scope = faulty.arena.scope();
    const record = (fault: string | null) => {
      const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
      ops.run({ op: "columnSum", x: ops.tensor("x", [20_000, 100]), out: ops.tensor("out", [100]) });
      if (fault !== null) ops.run({ op: "mark", name: fault });
      return ops.program();
    };
    const failing = faulty.run([{ program: record("fault: kernels"), repeats: 1 }], { threads: 2 });
    await expect(failing).rejects.toThrow(KernelUnavailableError);
    await expect(failing).rejects.toThrow(
      /wrong result, on purpose\. All kernels were tested again and \w+ is used/,
    );
    expect(cache.log).toEqual(["load", "drop", "save"]);
    expect(await faulty.run([{ program: record(null), repeats: 2 }], { threads: 2 })).toBe("finished");
    scope.release();
    expect(faulty.arena.usedBytes).toBe(0);
  });
});
