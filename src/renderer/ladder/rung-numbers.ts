import type { ProductShape, RungResult } from "../../shared/experiments/ladder.ts";
import { formatDuration } from "../../shared/format/duration.ts";
import { formatBytes, formatNumber, formatPercent, fullPrecision } from "../../shared/format/number.ts";
import { formatSpread } from "../../shared/format/spread.ts";
import type { Fact } from "../ui/fact-list.tsx";
import { exactRatio, formatRatio } from "../../shared/format/format-ratio.ts";
import { costOf, hasTimes, intensityOf } from "./ladder-results.ts";

/** What one product costs, whichever rung computes it. */
export function costFacts(shape: ProductShape): readonly Fact[] {
  const cost = costOf(shape);
  const intensity = intensityOf(cost);
  return [
    { label: "multiply-adds", text: formatNumber(cost.multiplyAdds), exact: String(cost.multiplyAdds) },
    { label: "bytes, A, B and C once", text: formatBytes(cost.bytes), exact: `${cost.bytes} B` },
    {
      label: "intensity",
      text: `${formatNumber(intensity)} FLOP/B`,
      exact: `${fullPrecision(intensity)} FLOP/B`,
    },
  ];
}

/** What was measured of a rung. */
export function resultFacts(result: RungResult): readonly Fact[] {
  const { coldMs, medianMs, iqrMs, madMs, minMs, variation, samples, gflops, peakShare, maxDiff } = result;
  const difference: Fact = {
    label: "max |C − reference|",
    text: formatNumber(maxDiff, 3),
    exact: fullPrecision(maxDiff),
  };
  const cold: Fact = { label: "cold call", text: formatDuration(coldMs), exact: `${coldMs} ms` };
  const outliers = samples.filter(({ outlier }) => outlier).length;
  if (!hasTimes(result)) return [...known(cold, coldMs), ...known(difference, maxDiff)];
  return [
    {
      label: "median ± ½ IQR",
      text: formatSpread(medianMs, iqrMs / 2, "ms"),
      exact: `median ${medianMs} ms, IQR ${iqrMs} ms, MAD ${madMs} ms`,
    },
    { label: "minimum", text: formatDuration(minMs), exact: `${minMs} ms` },
    ...known(cold, coldMs),
    { label: "speed", text: `${formatNumber(gflops)} GFLOP/s`, exact: `${fullPrecision(gflops)} GFLOP/s` },
    ...(peakShare === null
      ? []
      : [{ label: "share of peak", text: formatPercent(peakShare), exact: fullPrecision(peakShare) }]),
    // Over itself it is 1, exactly.
    ...(result.rung === "triple-loop" ? [] : ratioFact("over rung 1", result.overFirst)),
    ...ratioFact("over previous", result.overPrevious),
    { label: "samples", text: sampleText(result), exact: `${samples.length}` },
    ...(outliers === 0 ? [] : [{ label: "outliers", text: String(outliers), exact: String(outliers) }]),
    {
      label: "coefficient of variation",
      text: formatPercent(variation),
      exact: fullPrecision(variation),
    },
    ...known(difference, maxDiff),
  ];
}

const known = (fact: Fact, value: number): readonly Fact[] => (Number.isNaN(value) ? [] : [fact]);

function ratioFact(label: string, ratio: RungResult["overFirst"]): readonly Fact[] {
  return ratio === null ? [] : [{ label, text: formatRatio(ratio), exact: exactRatio(ratio) }];
}

function sampleText({ samples, callsPerSample }: RungResult): string {
  const warm = samples.filter(({ cold }) => !cold);
  const calls = callsPerSample > 1 ? ` of ${formatNumber(callsPerSample)} calls` : "";
  return `${warm.length}${calls}`;
}
