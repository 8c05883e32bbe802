import type { BandwidthAnswer, BandwidthTask } from "../../shared/engine/worker-tasks.ts";
import type { Control } from "../program/control.ts";

const PASSES = 8;

/** The fastest of some copies of a block too large for the caches. */
export function runBandwidth({ copyBytes }: BandwidthTask, control: Control): BandwidthAnswer {
  // Memory of its own: copies in shared memory go word by word and are slower than the machine.
  const from = new Uint8Array(copyBytes).fill(1);
  const to = new Uint8Array(copyBytes).fill(2);
  let fastestMs = Infinity;
  for (let pass = 0; pass < PASSES; pass++) {
    control.beat();
    const startedMs = performance.now();
    to.set(from);
    fastestMs = Math.min(fastestMs, performance.now() - startedMs);
  }
  return { bytesPerSecond: (2 * copyBytes * 1000) / fastestMs };
}
