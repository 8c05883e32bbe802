import type { TuningReport } from "../../../shared/experiments/tuning.ts";
import type { TuningInForce } from "../../engine/tune-kernels.ts";

/** A tuning with every candidate's share of the peak, for people. */
export function tuningReport({
  measuredAt,
  source,
  peakGflops,
  kernels,
  chosen,
  cacheBytes,
  systemCacheBytes,
  blocks,
}: TuningInForce): TuningReport {
  return {
    measuredAt,
    source,
    peakGflops,
    kernels: kernels.map((timing) => ({
      ...timing,
      peakShare: peakGflops === null || timing.failure !== null ? null : timing.gflops / peakGflops,
      chosen: timing.instructionSet === chosen,
    })),
    cacheBytes,
    systemCacheBytes,
    blocks,
  };
}
