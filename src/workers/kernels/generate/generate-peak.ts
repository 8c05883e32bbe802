import type { WasmSet } from "../../../shared/engine/instruction-sets.ts";
import { BIAS, count } from "./wat.ts";

/** Independent sums that are tried: enough to hide the latency of an addition, few enough for 15 registers. */
export const PEAK_SUMS = [8, 10, 12] as const;

/** Vectors a sum consists of; two neighbours are joined to 256 bits. None without fused multiply-add. */
export const PEAK_VECTORS: Readonly<Record<WasmSet, number>> = {
  relaxed256: 2,
  relaxed128: 1,
  simd128: 0,
};

/** Bytes from one sum to the next. */
export const PEAK_SUM_STRIDE_BYTES = 32;
/** Where the factors lie, in bytes from the function's pointer, and the sums after them. */
export const PEAK_PLACES = { a: 0, b: 32, sums: 64 } as const;

/**
 * `peak8(rounds, at)` and so on: sum ← sum + a · b, `rounds` times for each of 8 sums, without touching memory in
 * between: what the CPU can multiply and add at most.
 *
 * Single vectors are stored 32 bytes apart. Side by side, V8 13.0's revectoriser would join sums that share one
 * factor, and ends the process over it (found in November 2026).
 */
function peakFunction(sums: number, vectors: number): string {
  const access = (place: number, vector: number): string => `offset=${BIAS + place + 16 * vector}`;
  const placeOf = (sum: number): number => PEAK_PLACES.sums + PEAK_SUM_STRIDE_BYTES * sum;
  const eachVector = (visit: (vector: number) => string): string[] => count(vectors).map(visit);
  const eachSum = (visit: (name: string, sum: number, vector: number) => string): string[] =>
    count(sums).flatMap((sum) => eachVector((vector) => visit(`$sum${sum}_${vector}`, sum, vector)));
  return [
    `(func (export "peak${sums}") (param $rounds i32) (param $at i32)`,
    ...eachVector((vector) => `(local $a${vector} v128) (local $b${vector} v128)`),
    ...eachSum((name) => `(local ${name} v128)`),
    `(local.set $at (i32.sub (local.get $at) (i32.const ${BIAS})))`,
    ...(["a", "b"] as const).flatMap((factor) =>
      eachVector(
        (vector) =>
          `(local.set $${factor}${vector} (v128.load ${access(PEAK_PLACES[factor], vector)} (local.get $at)))`,
      ),
    ),
    ...eachSum(
      (name, sum, vector) =>
        `(local.set ${name} (v128.load ${access(placeOf(sum), vector)} (local.get $at)))`,
    ),
    "(loop $round",
    ...eachSum(
      (name, _sum, vector) =>
        `(local.set ${name} (f32x4.relaxed_madd (local.get $a${vector}) (local.get $b${vector}) (local.get ${name})))`,
    ),
    "(br_if $round (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))",
    ...eachSum(
      (name, sum, vector) =>
        `(v128.store ${access(placeOf(sum), vector)} (local.get $at) (local.get ${name}))`,
    ),
    ")",
  ].join("\n");
}

/** The functions that measure the CPU's multiply-add peak, for the module of an instruction set. */
export function peakFunctions(instructionSet: WasmSet): string {
  const vectors = PEAK_VECTORS[instructionSet];
  return vectors === 0 ? "" : PEAK_SUMS.map((sums) => peakFunction(sums, vectors)).join("\n");
}
