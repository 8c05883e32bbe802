import { RUNG_NUMBERS, type LadderRecord, type RungResult } from "../../shared/experiments/ladder.ts";
import { counted } from "../../core/counted.ts";
import { formatDuration } from "../../shared/format/duration.ts";
import { formatRatio } from "../../shared/format/format-ratio.ts";
import { formatNumber, formatPercent } from "../../shared/format/number.ts";
import { formatSpread } from "../../shared/format/spread.ts";
import { saidShape } from "../lab/ladder/words.ts";
import { textTable } from "../report/text-table.ts";

const COLUMNS = [
  "rung",
  "",
  "threads",
  "cold",
  "median ± ½ IQR",
  "samples",
  "GFLOP/s",
  "over rung 1",
  "of peak",
  "note",
];

const shown = (value: number, text: (value: number) => string): string =>
  Number.isNaN(value) ? "" : text(value);

function row(result: RungResult): string[] {
  const {
    rung,
    name,
    threads,
    status,
    coldMs,
    medianMs,
    iqrMs,
    samples,
    gflops,
    overFirst,
    peakShare,
    note,
  } = result;
  const warm = samples.filter(({ cold }) => !cold).length;
  return [
    String(RUNG_NUMBERS[rung]),
    name,
    String(threads),
    shown(coldMs, formatDuration),
    shown(medianMs, (ms) => formatSpread(ms, iqrMs / 2, "ms")),
    warm === 0 ? "" : formatNumber(warm),
    shown(gflops, formatNumber),
    // Over itself rung 1 is 1, exactly.
    overFirst === null || rung === "triple-loop" ? "" : formatRatio(overFirst),
    peakShare === null ? "" : formatPercent(peakShare),
    status === "measured" || status === "skipped" ? note : `${status}: ${note}`,
  ];
}

/** A ladder as text: a table a shape, what was warned of, and where it ran. */
export function ladderReport(record: LadderRecord): string {
  const { rungs, machine, settings, conditions, limits } = record;
  const shapes = [...new Set(rungs.map(({ shape }) => saidShape(shape)))];
  const tables = shapes.flatMap((shape) => [
    `C = A·B, ${shape}`,
    textTable(COLUMNS, rungs.filter((rung) => saidShape(rung.shape) === shape).map(row)),
    "",
  ]);
  const peak = limits.peakGflops === null ? "unknown" : `${formatNumber(limits.peakGflops)} GFLOP/s a worker`;
  const bandwidth = limits.bandwidthGBs === null ? "unknown" : `${formatNumber(limits.bandwidthGBs)} GB/s`;
  return [
    ...tables,
    ...conditions.warnings.map((warning) => `Warning: ${warning}`),
    `run ${record.runId}; ${machine.cpuModel}, ${counted(settings.threads, "thread")}, Electron ${machine.electron}, kernel ${machine.kernel}`,
    `peak ${peak}, memory ${bandwidth}, governor ${conditions.governor}, load before ${shown(conditions.loadBefore, formatNumber) || "unknown"}`,
  ].join("\n");
}

/** A rung as scripts read it; what was not measured is null. */
const toJsonRung = (result: RungResult): unknown => {
  const { rung, name, shape, threads, status, verified, samples, overFirst, peakShare, note } = result;
  return {
    rung: RUNG_NUMBERS[rung],
    id: rung,
    name,
    ...shape,
    threads,
    status,
    verified,
    maxDiff: result.maxDiff,
    coldMs: result.coldMs,
    medianMs: result.medianMs,
    iqrMs: result.iqrMs,
    minMs: result.minMs,
    samples: samples.filter(({ cold }) => !cold).map(({ ms }) => ms),
    gflops: result.gflops,
    speedup: {
      overFirst: overFirst?.value ?? null,
      ci: overFirst === null ? null : [overFirst.lo, overFirst.hi],
    },
    peakShare,
    note,
  };
};

/** A ladder as scripts read it. */
export const ladderJson = ({ runId, machine, settings, conditions, rungs }: LadderRecord): unknown => ({
  run: runId,
  machine,
  preset: settings.preset,
  conditions,
  rungs: rungs.map(toJsonRung),
});
