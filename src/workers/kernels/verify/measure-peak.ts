import { PEAK_PLACES, PEAK_SUMS, PEAK_SUM_STRIDE_BYTES, PEAK_VECTORS } from "../generate/generate-peak.ts";
import type { Kernels } from "../load/kernels.ts";

/** 0.15 ms at 128 GFLOP/s: long beside the call, short beside an interruption. */
const ROUNDS = 100_000;
/** Per number of sums; the best of some dozens of calls. */
const MEASURED_MS = 5;
const LANES = 4;

/** What a sum must be afterwards. Whole numbers below 2²⁴, so that every one of the additions is exact. */
const factorA = (lane: number): number => lane + 1;
const FACTOR_B = 2;
const startOf = (sum: number, lane: number): number => 10 * sum + lane;
const expected = (sum: number, lane: number): number =>
  startOf(sum, lane) + ROUNDS * factorA(lane) * FACTOR_B;

/** Runs one function from fresh sums. @returns How long it took, or null when a sum is wrong. */
function timeOnce(
  peak: (rounds: number, at: number) => void,
  floats: Float32Array,
  at: number,
  { sums, lanes }: { sums: number; lanes: number },
): number | null {
  const indexOf = (sum: number, lane: number): number =>
    (PEAK_PLACES.sums + PEAK_SUM_STRIDE_BYTES * sum) / 4 + lane;
  for (let lane = 0; lane < lanes; lane++) {
    floats[PEAK_PLACES.a / 4 + lane] = factorA(lane);
    floats[PEAK_PLACES.b / 4 + lane] = FACTOR_B;
    for (let sum = 0; sum < sums; sum++) floats[indexOf(sum, lane)] = startOf(sum, lane);
  }
  const startedMs = performance.now();
  peak(ROUNDS, at);
  const ms = performance.now() - startedMs;
  for (let lane = 0; lane < lanes; lane++) {
    for (let sum = 0; sum < sums; sum++) {
      if (floats[indexOf(sum, lane)] !== expected(sum, lane)) return null;
    }
  }
  return ms;
}

/**
 * The multiply-add peak of this CPU on one thread, in GFLOP/s: the best over the numbers of sums, in memory from
 * `region` on.
 *
 * @returns 0 when the module has no such functions or a sum came out wrong: such a time says nothing.
 */
export function measurePeak(kernels: Kernels, memory: WebAssembly.Memory, region: number): number {
  const { instructionSet } = kernels;
  if (instructionSet === "javascript") return 0;
  const lanes = LANES * PEAK_VECTORS[instructionSet];
  let best = 0;
  for (const sums of PEAK_SUMS) {
    const peak = kernels.peaks[sums];
    if (peak === undefined) continue;
    const floats = new Float32Array(
      memory.buffer,
      region,
      (PEAK_PLACES.sums + sums * PEAK_SUM_STRIDE_BYTES) / 4,
    );
    const endMs = performance.now() + MEASURED_MS;
    while (performance.now() < endMs) {
      const ms = timeOnce(peak, floats, region, { sums, lanes });
      if (ms === null) return 0;
      best = Math.max(best, (2 * lanes * sums * ROUNDS) / ms / 1e6);
    }
  }
  return best;
}
