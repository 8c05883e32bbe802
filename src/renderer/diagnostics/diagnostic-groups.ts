import type { Diagnostics, LoopDelay } from "../../shared/ipc/ipc-contract.ts";
import { blocksText } from "../../shared/experiments/blocks-text.ts";
import type { TuningReport } from "../../shared/experiments/tuning.ts";
import { formatDuration } from "../../shared/format/duration.ts";
import { formatBytes, formatPercent } from "../../shared/format/number.ts";
import type { Fact } from "../ui/fact-list.tsx";
import { machineFacts } from "../ui/machine-facts.ts";

export interface FactGroup {
  readonly title: string;
  readonly facts: readonly Fact[];
}

const bytes = (label: string, value: number): Fact => ({
  label,
  text: formatBytes(value),
  exact: `${value} B`,
});
const time = (label: string, value: number): Fact => ({
  label,
  text: formatDuration(value),
  exact: `${value} ms`,
});
const count = (label: string, value: number): Fact => ({ label, text: String(value), exact: String(value) });

const delayFacts = ({ p50, p99, max }: LoopDelay): readonly Fact[] => [
  time("median", p50),
  time("99th percentile", p99),
  time("longest", max),
];

/** Everything that is known of this installation, in groups. */
export function diagnosticGroups(known: Diagnostics): readonly FactGroup[] {
  const { pool, arena, eventLoopDelayMs: delay, database } = known;
  return [
    {
      title: "App",
      facts: [
        { label: "version", text: known.appVersion },
        { label: "runtime from", text: known.runtimeSource },
        { label: "Node-API", text: known.napi },
        { label: "SQLite", text: known.sqlite },
        { label: "log", text: known.logPath },
      ],
    },
    { title: "Machine", facts: machineFacts(known.machine) },
    {
      title: "Workers",
      facts: [
        count("threads by default", known.threads),
        count("workers", pool.workers),
        { label: "healthy", text: pool.healthy ? "yes" : "no" },
        { label: "V8 flags", text: known.v8Flags.join(" ") || "none" },
        ...(pool.note === "" ? [] : [{ label: "note", text: pool.note }]),
      ],
    },
    {
      title: "Memory",
      facts: [
        bytes("arena in use", arena.usedBytes),
        bytes("arena committed", arena.committedBytes),
        bytes("arena committed, peak", arena.peakBytes),
        bytes("given back when idle", arena.givenBackBytes),
        bytes("arena at most", arena.maximumBytes),
        bytes("main process", known.rssBytes),
        bytes("main process, peak", known.peakRssBytes),
      ],
    },
    {
      title: "Event-loop delay of main, since the last look",
      facts: delayFacts(delay),
    },
    {
      title: "Event-loop delay of main, during the last run",
      facts:
        known.lastActivityDelayMs === null
          ? [{ label: "run", text: "none has been measured yet" }]
          : [
              { label: "run", text: known.lastActivityDelayMs.name },
              ...delayFacts(known.lastActivityDelayMs),
            ],
    },
    {
      title: "Database",
      facts: [
        { label: "file", text: database.path },
        bytes("size", database.sizeBytes),
        count("schema version", database.schemaVersion),
        count("runs", database.runs),
        { label: "integrity", text: database.integrity },
        { label: "read only", text: database.readOnly ? "yes" : "no" },
      ],
    },
  ];
}

function tuningText(report: TuningReport): string {
  const { kernels, peakGflops, measuredAt, source } = report;
  const lines = kernels.map(({ instructionSet, gflops, failure, peakShare, chosen }) => {
    const speed = `${gflops} GFLOP/s${peakShare === null ? "" : `, ${formatPercent(peakShare)} of the peak`}`;
    return `  ${instructionSet}${chosen ? " (in use)" : ""}: ${failure ?? speed}`;
  });
  const peak = `  multiply-add peak: ${peakGflops === null ? "unknown" : `${peakGflops} GFLOP/s`}`;
  return [
    "Kernels on one thread",
    ...lines,
    peak,
    `  ${blocksText(report)}`,
    `  measured: ${measuredAt} (${source})`,
  ].join("\n");
}

/** The same as text, for a message to somebody: exact values, warnings first. */
export function diagnosticsText(known: Diagnostics): string {
  const groups = diagnosticGroups(known).map(({ title, facts }) =>
    [title, ...facts.map(({ label, text, exact }) => `  ${label}: ${exact ?? text}`)].join("\n"),
  );
  const warnings =
    known.warnings.length === 0
      ? []
      : [["Warnings", ...known.warnings.map((text) => `  ${text}`)].join("\n")];
  return [...warnings, ...groups, tuningText(known.tuning)].join("\n\n");
}
