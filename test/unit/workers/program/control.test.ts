import { afterEach, expect, it, vi } from "vitest";
import { ControlBlock } from "../../../../src/main/engine/control-block.ts";
import { Control } from "../../../../src/workers/program/control.ts";

afterEach(() => vi.restoreAllMocks());

/** How often a worker's program sleeps while it works for some milliseconds, and for how many. */
function sleepsOf(givesWay: boolean, how: "nap" | "no"): { readonly sleeps: number; readonly ms: number } {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
  new ControlBlock(memory).giveWay(how);
  const control = new Control(memory, { worker: 0, threads: 1, givesWay });
  const wait = vi.spyOn(Atomics, "wait");
  const began = performance.now();
  while (performance.now() - began < 10) control.beat();
  const ms = performance.now() - began;
  const sleeps = wait.mock.calls.length;
  wait.mockRestore();
  return { sleeps, ms };
}

it("leaves the core for a moment, at most once a millisecond, while somebody types", () => {
  const { sleeps, ms } = sleepsOf(true, "nap");
  expect(sleeps).toBeGreaterThan(0);
  expect(sleeps).toBeLessThanOrEqual(ms + 1);
});

it("never sleeps at its blocks when nobody types, or when it is timed", () => {
  expect(sleepsOf(true, "no").sleeps).toBe(0);
  expect(sleepsOf(false, "nap").sleeps).toBe(0);
});
