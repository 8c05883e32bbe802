import { expect, it } from "vitest";
import { Engine } from "../../../src/main/engine/engine.ts";
import { times } from "../../thorough.ts";
import { checkGenericPrograms } from "./check-generic-programs.ts";
import { WORKER_FILE } from "./start-engine.ts";

/** An engine whose workers compute with the plain loops, as where no WebAssembly kernels are right. */
const startWithPlainLoops = (): Promise<Engine> =>
  Engine.start({
    threads: 3,
    workerFile: WORKER_FILE,
    tuning: {
      load: () => ({
        measuredAt: "2026-11-27T00:00:00.000Z",
        peakGflops: null,
        kernels: [],
        chosen: "javascript",
        cacheBytes: 2 ** 20,
        systemCacheBytes: null,
        blocks: [],
      }),
      save: () => undefined,
      drop: () => undefined,
    },
  });

it("computes with the plain loops", async () => {
  const engine = await startWithPlainLoops();
  expect(engine.instructionSet).toBe("javascript");
  await engine.close();
});

checkGenericPrograms(startWithPlainLoops, { exact: times(24, 300), others: times(16, 200) });
