import type { LadderRecord } from "../../../shared/experiments/ladder.ts";
import type { PointText } from "../../charts/kit/figure.ts";
import { formatNumber } from "../../../shared/format/number.ts";

/** The most that so many workers can reach: bandwidth times intensity, up to their peak. */
export interface Roof {
  readonly label: string;
  readonly threads: number;
  readonly dash: number;
  /** Intensity at which bandwidth stops being the limit; infinite while the peak is not known. */
  readonly knee: number;
  readonly at: (intensity: number) => number;
  /** Intensities between which the roof is straight. */
  readonly corners: (ends: readonly [from: number, to: number]) => readonly number[];
  readonly describe: (corner: number) => PointText;
}

/** All workers' roof and, below it, one worker's; none before the bandwidth was measured. */
export function roofsOf(
  { peakGflops, bandwidthGBs }: LadderRecord["limits"],
  threads: number,
): readonly Roof[] {
  if (bandwidthGBs === null) return [];
  const all = roof({ peak: peakGflops === null ? Infinity : peakGflops * threads, bandwidthGBs, threads });
  if (peakGflops === null || threads === 1) return [all];
  return [all, { ...roof({ peak: peakGflops, bandwidthGBs, threads: 1 }), dash: 1 }];
}

interface RoofOf {
  readonly peak: number;
  readonly bandwidthGBs: number;
  readonly threads: number;
}

function roof({ peak, bandwidthGBs, threads }: RoofOf): Roof {
  const [reach, speed] = [formatNumber(peak, 3), formatNumber(bandwidthGBs, 3)];
  const workers = threads === 1 ? "one worker" : `${threads} workers`;
  const knee = peak / bandwidthGBs;
  return {
    label: Number.isFinite(peak)
      ? `${workers}: ${reach} GFLOP/s, ${speed} GB/s`
      : `${workers}: ${speed} GB/s`,
    threads,
    dash: 0,
    knee,
    at: (intensity) => Math.min(peak, bandwidthGBs * intensity),
    corners: ([from, to]) => (Number.isFinite(knee) ? [from, knee, to] : [from, to]),
    describe: (corner) =>
      corner === 0 || !Number.isFinite(peak)
        ? {
            title: "Measured bandwidth",
            lines: [`${formatNumber(bandwidthGBs)} GB/s of all workers together`],
          }
        : { title: `Measured peak, ${workers}`, lines: [`${formatNumber(peak)} GFLOP/s`] },
  };
}
