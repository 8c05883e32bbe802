import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { startEngine } from "./start-engine.ts";

let engine: Engine | undefined;
afterEach(() => engine?.close());

/** Whether a thread that starts now leaves the compiling of its JavaScript to other threads. */
async function compilesElsewhere(): Promise<unknown> {
  setFlagsFromString("--allow-natives-syntax");
  const source =
    'require("node:worker_threads").parentPort.postMessage(%IsConcurrentRecompilationSupported());';
  const worker = new Worker(source, { eval: true });
  const [answer] = (await once(worker, "message")) as unknown[];
  await worker.terminate();
  setFlagsFromString("--no-allow-natives-syntax");
  return answer;
}

describe("Engine.start()", () => {
  it("lets threads compile their own JavaScript: one that ends must not wait for a compiler that waits for it", async () => {
    expect(await compilesElsewhere()).toBe(true);
    engine = await startEngine(1);
    expect(await compilesElsewhere()).toBe(false);
  });
});
