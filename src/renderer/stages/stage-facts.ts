import type { PassReport, StageDescription, StageResult } from "../../shared/experiments/stages.ts";
import { formatDuration } from "../../shared/format/duration.ts";
import { formatBytes, formatNumber, fullPrecision } from "../../shared/format/number.ts";
import { formatSpread } from "../../shared/format/spread.ts";
import type { Fact } from "../ui/fact-list.tsx";
import type { Outcome } from "../ui/outcome-badge.tsx";

const NOT_MEASURED = {
  unavailable: { tone: "plain", word: "not available" },
  cancelled: { tone: "plain", word: "cancelled" },
  failed: { tone: "bad", word: "failed" },
} as const;

export function stageVerdict(
  { unavailable }: Pick<StageDescription, "unavailable">,
  result: StageResult | undefined,
  { running }: { readonly running: boolean },
): Outcome {
  if (result === undefined) {
    if (unavailable !== "") return { tone: "plain", word: "not available", reason: unavailable };
    return { tone: "plain", word: running ? "waiting" : "not run", reason: "" };
  }
  const { status, note } = result;
  if (status === "measured") return { tone: "good", word: "measured", reason: note };
  return { ...NOT_MEASURED[status], reason: note };
}

/** What was measured of a stage; nothing where it was not. */
export function stageFacts(result: StageResult): readonly Fact[] {
  if (result.status !== "measured") return [];
  const { forward, backward, both, peakBytes, ops, groups, loss } = result;
  return [
    timeFact("forward", forward),
    cpuFact("processor, forward", forward),
    timeFact("backward", backward),
    cpuFact("processor, backward", backward),
    timeFact("both in one go", both),
    cpuFact("processor, both", both),
    ...known(peakBytes, {
      label: "peak allocated",
      text: formatBytes(peakBytes),
      exact: `${fullPrecision(peakBytes)} B`,
    }),
    ...known(ops, { label: "ops", text: formatNumber(ops), exact: fullPrecision(ops) }),
    ...known(groups, {
      label: "groups in the plan",
      text: formatNumber(groups),
      exact: fullPrecision(groups),
    }),
    { label: "loss", text: formatNumber(loss), exact: fullPrecision(loss) },
  ];
}

const known = (value: number, fact: Fact): readonly Fact[] => (Number.isNaN(value) ? [] : [fact]);

const timeFact = (label: string, { medianMs, iqrMs, samplesMs }: PassReport): Fact => ({
  label: `${label} ± ½ IQR`,
  text: formatSpread(medianMs, iqrMs / 2, "ms"),
  exact: `median ${medianMs} ms, IQR ${iqrMs} ms, ${samplesMs.length} samples`,
});

const cpuFact = (label: string, { cpuMs }: PassReport): Fact => ({
  label,
  text: formatDuration(cpuMs),
  exact: `${cpuMs} ms a call, all threads`,
});
