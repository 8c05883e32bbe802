import { RUNG_NUMBERS, type LadderRecord, type RungResult } from "../../shared/experiments/ladder.ts";
import { counted } from "../../core/counted.ts";
import { saidShape } from "../lab/ladder/words.ts";
import { saidTime } from "../lab/compute/said-time.ts";
import { textTable } from "../report/text-table.ts";

const COLUMNS = [
  "rung",
  "",
  "threads",
  "cold",
  "median",
  "± IQR",
  "samples",
  "GFLOP/s",
  "over rung 1",
  "of peak",
  "note",
];

const shown = (value: number, text: (value: number) => string): string =>
  Number.isNaN(value) ? "" : text(value);
const digits = (value: number): string => String(Number(value.toPrecision(3)));

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
    shown(coldMs, saidTime),
    shown(medianMs, saidTime),
    shown(iqrMs, saidTime),
    warm === 0 ? "" : String(warm),
    shown(gflops, digits),
    overFirst === null ? "" : `${digits(overFirst.value)}× (${digits(overFirst.lo)}–${digits(overFirst.hi)})`,
    peakShare === null ? "" : `${Math.round(100 * peakShare)} %`,
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
  const peak = limits.peakGflops === null ? "unknown" : `${digits(limits.peakGflops)} GFLOP/s a worker`;
  const bandwidth = limits.bandwidthGBs === null ? "unknown" : `${digits(limits.bandwidthGBs)} GB/s`;
  return [
    ...tables,
    ...conditions.warnings.map((warning) => `Warning: ${warning}`),
    `run ${record.runId}; ${machine.cpuModel}, ${counted(settings.threads, "thread")}, Electron ${machine.electron}, kernel ${machine.kernel}`,
    `peak ${peak}, memory ${bandwidth}, governor ${conditions.governor}, load before ${shown(conditions.loadBefore, (load) => load.toFixed(2)) || "unknown"}`,
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
