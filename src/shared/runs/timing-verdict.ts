import type { ComparedTiming } from "./run-comparison.ts";

/** "faster by 1.34 × [1.29, 1.40]", or that no difference is shown. */
export function timingVerdict({ ratio, verdict }: NonNullable<ComparedTiming["runs"][number]>): string {
  if (ratio === null || (verdict !== "faster" && verdict !== "slower")) return verdict;
  const { value, lo, hi } =
    verdict === "slower" ? ratio : { value: 1 / ratio.value, lo: 1 / ratio.hi, hi: 1 / ratio.lo };
  return `${verdict} by ${value.toFixed(2)} × [${lo.toFixed(2)}, ${hi.toFixed(2)}]`;
}
