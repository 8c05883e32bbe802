import { WHY_SLOWER } from "../../matmul-rungs/why-slower.ts";
import type { Judge, QuantityRecord } from "../judge.ts";
import { quantity, type JudgedNumbers } from "../judged-numbers.ts";

/** The rungs that the notebook times, slowest first, by the names of their quantities. */
const ORDER = ["basic", "elementwise", "broadcast", "einsum", "matmul"] as const;

const seconds = (measured: QuantityRecord, key: string): number => {
  const value = measured[key];
  return typeof value === "number" ? value : NaN;
};

/** Every rung equals the reference, and each is faster than the one before it. */
const judgeLadder: Judge = (measured) => {
  if (measured["verified"] !== true) {
    return {
      verdict: "failed",
      reason: "a rung differs from the float64 reference beyond rtol 1e-3, atol 1e-5",
    };
  }
  for (let rung = 1; rung < ORDER.length; rung++) {
    const [slow = "basic", fast = "basic"] = ORDER.slice(rung - 1, rung + 1);
    if (!(seconds(measured, fast) < seconds(measured, slow))) {
      return {
        verdict: "differs",
        reason: `every rung equals the reference, but ${fast} is not faster than ${slow} here: ${WHY_SLOWER[fast === "matmul" ? "sharded" : fast]}`,
      };
    }
  }
  return { verdict: "in band", reason: "the same order of rungs, and every rung equals the reference" };
};

/** Cell 1: the ladder of matrix multiplications, 100×1000 @ 1000×100. */
export const LADDER_NUMBERS: JudgedNumbers = {
  id: "1",
  expected: {
    torch: 0.024219,
    basic: 26.950957,
    elementwise: 0.411114,
    broadcast: 0.005247,
    einsum: 0.000743,
    matmul: 0.000121,
  },
  quantities: [
    quantity("torch", "first call of the fastest product (TORCH)", "s"),
    quantity("basic", "triple loop (BASIC)", "s"),
    quantity("elementwise", "row · column (ELEMENTWISE)", "s"),
    quantity("broadcast", "row against B (BROADCAST)", "s"),
    quantity("einsum", "einsum (EINSUM)", "s"),
    quantity("loop", "typed-array loop in cache order", "s"),
    quantity("kernel", "WebAssembly kernel, one thread", "s"),
    quantity("matmul", "WebAssembly kernel, sharded (@)", "s"),
    quantity("verified", "every rung equals the reference"),
    quantity("maxDifference", "largest difference from the reference"),
  ],
  judge: judgeLadder,
};
