import { compareSamples, drawFirst, drawOther, type DrawnSamples } from "../../../core/compare-samples.ts";
import { counted } from "../../../core/counted.ts";
import { grouped } from "../../../core/grouped.ts";
import { quantile } from "../../../core/statistics.ts";
import { gradcheckReportSchema } from "../../../shared/experiments/gradcheck.ts";
import type {
  ComparedCheck,
  ComparedMetric,
  ComparedPart,
  ComparedTiming,
  RunComparison,
} from "../../../shared/runs/run-comparison.ts";
import { codeOfPart, type OwnPart } from "../../../shared/runs/own-part.ts";
import type { Machine, RunDetails, RunSummary } from "../../../shared/runs/run-records.ts";
import type { RunValue } from "../../../shared/runs/run-table.ts";
import type { SqliteStore } from "../sqlite-store.ts";
import { runLabels } from "../../../shared/runs/run-differences.ts";
import { keptWarnings } from "./kept-warnings.ts";

/**
 * What differs between runs, and by how much: settings, results, metrics, timings, gradient checks. `timings` may be
 * left out: their intervals take most of the time.
 */
export function compareRuns(
  store: SqliteStore,
  runIds: readonly string[],
  { timings = true }: { readonly timings?: boolean } = {},
): RunComparison {
  const details = runIds.map((runId) => store.getRun(runId));
  const runs = details.map(({ run }) => run);
  const labels = runLabels(runs);
  const machines = details.map(({ machine }) => machine);
  return {
    runs,
    machines: [...new Map(machines.map((machine) => [machine.id, machine])).values()],
    cautions: [
      ...cautionsOf(details),
      // The times are compared all the same: whoever quotes a ratio has to know.
      ...runs.flatMap((run, i) => keptWarnings(store, run).map((warning) => `${labels[i]}: ${warning}`)),
    ],
    settings: tableOf(runs.map(settingsOf)).map(({ key, values }) => ({
      key,
      values,
      same: values.every((value) => JSON.stringify(value) === JSON.stringify(values[0])),
    })),
    parts: comparedParts(details),
    results: tableOf(runs.map(({ summary }) => ({ ...summary }))),
    metrics: compareMetrics(store, runIds),
    timings: timings ? compareTimings(store, runIds) : [],
    checks: compareChecks(
      details.map(({ run, gradientChecks }) => ({
        ...Object.fromEntries(
          gradientChecks.map(({ stage, reference, tensor, passed, relMax, relNorm }) => [
            `${stage}, ${reference}, ${tensor}`,
            { verdict: passed ? "passed" : "failed", passed, relMax, relNorm },
          ]),
        ),
        ...reportedChecks(store, run),
      })),
    ),
  };
}

type Compared = Pick<RunDetails, "run" | "machine" | "ownParts">;

/** A network may hold several of one name: the first is compared with the others' first, and so on. */
function comparedParts(details: readonly Compared[]): ComparedPart[] {
  const byKey = details.map(({ ownParts }) => {
    const found = new Map<string, OwnPart>();
    for (const part of ownParts) {
      let key = `${part.kind} ${part.name}`;
      for (let n = 2; found.has(key); n++) key = `${part.kind} ${part.name} ${n}`;
      found.set(key, part);
    }
    return found;
  });
  const keys = [...new Set(byKey.flatMap((found) => [...found.keys()]))];
  return keys.flatMap((key) => {
    const runs = byKey.map((found) => found.get(key) ?? null);
    const known = runs.filter((part) => part !== null);
    const [first] = known;
    if (first === undefined) return [];
    const same = known.every((part) => codeOfPart(part) === codeOfPart(first));
    return [{ kind: first.kind, name: first.name, runs, same }];
  });
}

function cautionsOf(details: readonly Compared[]): string[] {
  // Of what was measured elsewhere neither machine nor threads are known.
  const own = details.filter(({ run }) => run.kind !== "imported");
  const foreign = details.filter(({ run }) => run.kind === "imported");
  const named = foreign.map(({ run }) => run.name).join(", ");
  return [
    ...(own.length === 0 || foreign.length === 0
      ? []
      : [
          `Measured elsewhere: ${named}. Nothing is known of that machine: compare curves and results, not times.`,
        ]),
    ...ownCautions(
      own.map(({ run }) => run),
      own.map(({ machine }) => machine),
    ),
    ...unfinished(details.map(({ run }) => run)),
    ...comparedParts(details)
      .filter(({ same }) => !same)
      .map(({ kind, name }) => `The ${kind} ${name} is not the same code in these runs.`),
  ];
}

function unfinished(runs: readonly RunSummary[]): string[] {
  const cut = runs.filter(({ status }) => status !== "finished");
  return cut.length === 0
    ? []
    : [`Not finished: ${cut.map(({ name, status }) => `${name} (${status})`).join("; ")}.`];
}

function ownCautions(runs: readonly RunSummary[], machines: readonly Machine[]): string[] {
  const differ = (values: readonly (string | number)[]): boolean => new Set(values).size > 1;
  const list = (values: readonly (string | number)[]): string => [...new Set(values)].join("; ");
  const cautions: string[] = [];
  if (differ(machines.map(({ id }) => id))) {
    const named: readonly (readonly [string, (machine: Machine) => string | number])[] = [
      ["CPU", (machine) => machine.cpuModel],
      ["cores", (machine) => machine.cpuCores],
      ["memory in bytes", (machine) => machine.memoryBytes],
      ["operating system", (machine) => machine.os],
      ["Electron", (machine) => machine.electron],
      ["V8", (machine) => machine.v8],
      ["kernel", (machine) => machine.kernel],
    ];
    const what = named
      .filter(([, of]) => differ(machines.map(of)))
      .map(([name, of]) => `${name} (${list(machines.map(of))})`);
    cautions.push(
      `These runs were measured on different machines or runtimes: ${what.join(", ") || "by their ids"}. ` +
        "Their times compare the machines, not the settings.",
    );
  }
  if (differ(runs.map(({ threads }) => threads))) {
    cautions.push(`They used different numbers of threads (${list(runs.map(({ threads }) => threads))}).`);
  }
  if (differ(runs.map(({ rows }) => rows))) {
    cautions.push(
      `They worked on different numbers of rows (${list(runs.map(({ rows }) => grouped(rows)))}).`,
    );
  }
  if (differ(runs.map(({ kind }) => kind))) {
    cautions.push(`They are of different kinds (${list(runs.map(({ kind }) => kind))}).`);
  }
  return cautions;
}

type Values = Readonly<Record<string, RunValue>>;

/** A training's settings are those of its spec, by their paths: "optimizer.lr". */
function settingsOf({ kind, config, threads, rows }: RunSummary): Values {
  const { spec, ...given } = config;
  const paths = typeof spec === "string" ? pathsOf(spec) : null;
  if (paths === null) return { kind, rows, threads, ...config };
  const { threads: _, ...known } = { ...given };
  // What the list of runs shows of a spec is in the spec too, under its path.
  const own = Object.entries(known).filter(([key]) => key === "weights");
  return { kind, threads, ...Object.fromEntries(own), ...paths };
}

/** Null for a text that is no spec: it is then compared as it is. */
function pathsOf(spec: string): Values | null {
  try {
    return flatten(JSON.parse(spec), "");
  } catch {
    return null;
  }
}

function flatten(value: unknown, path: string): Values {
  if (typeof value !== "object" || value === null) {
    const known = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return { [path]: known ? value : null };
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) =>
      // A part's code is compared by itself.
      key === "source" && path.endsWith("origin")
        ? []
        : Object.entries(flatten(entry, path === "" ? key : `${path}.${key}`)),
    ),
  );
}

/** One row a key that any run has. */
function tableOf(runs: readonly Values[]): { key: string; values: RunValue[] }[] {
  const keys = [...new Set(runs.flatMap((values) => Object.keys(values)))];
  return keys.map((key) => ({ key, values: runs.map((values) => values[key] ?? null) }));
}

function compareMetrics(store: SqliteStore, runIds: readonly string[]): ComparedMetric[] {
  const series = runIds.map((runId) => store.tables.metrics.seriesOf(runId));
  const names = [...new Set(series.flatMap((ofRun) => ofRun.map(({ name }) => name)))];
  return names.map((name) => ({
    name,
    runs: series.map((ofRun) => {
      const found = ofRun.find((one) => one.name === name);
      if (found === undefined) return null;
      const { points, last, min, max } = found;
      return { points, last, min, max };
    }),
  }));
}

function compareTimings(store: SqliteStore, runIds: readonly string[]): ComparedTiming[] {
  const samples = samplesByLabel(store, runIds);
  const labels = [...new Set(samples.flatMap((ofRun) => [...ofRun.keys()]))];
  return labels.map((label) => {
    const timed = samples.map((ofRun) => ofRun.get(label) ?? null);
    const from = timed.findIndex((ms) => ms !== null);
    const first = drawFirst(timed[from] ?? []);
    return {
      label,
      runs: timed.map((ms, run) => {
        if (ms === null) return null;
        return run === from ? firstTiming(first) : otherTiming(first, drawOther(ms));
      }),
    };
  });
}

/**
 * The samples of each run by what was timed. What one of the runs has timed on several numbers of threads, as a ladder that
 * shows how it scales, is another thing on each of them.
 */
function samplesByLabel(
  store: SqliteStore,
  runIds: readonly string[],
): readonly ReadonlyMap<string, readonly number[]>[] {
  const timed = runIds.map((runId) =>
    Array.from(store.iterateTimings([runId]), ({ timing }) => timing)
      .filter(({ warmup, ms }) => !warmup && !Number.isNaN(ms))
      .map(({ stage, pass, threads, ms }) => ({
        label: pass === "call" ? stage : `${stage} ${pass}`,
        threads,
        ms,
      })),
  );
  const scaled = new Set(
    timed.flatMap((ofRun) => {
      const first = new Map(ofRun.toReversed().map(({ label, threads }) => [label, threads]));
      return ofRun.flatMap(({ label, threads }) => (first.get(label) === threads ? [] : [label]));
    }),
  );
  return timed.map((ofRun) => {
    const samples = new Map<string, number[]>();
    for (const { label, threads, ms } of ofRun) {
      const name = scaled.has(label) ? `${label}, ${counted(threads, "thread")}` : label;
      const known = samples.get(name) ?? [];
      samples.set(name, known);
      known.push(ms);
    }
    return samples;
  });
}

type TimingOfRun = NonNullable<ComparedTiming["runs"][number]>;

const mediansOf = ({ count, medians }: DrawnSamples) => ({
  samples: count,
  medianMs: medians.median,
  loMs: quantile(medians.resampled, 0.025),
  hiMs: quantile(medians.resampled, 0.975),
});

const firstTiming = (first: DrawnSamples): TimingOfRun => ({
  ...mediansOf(first),
  ratio: null,
  verdict: "first",
});

function otherTiming(first: DrawnSamples, other: DrawnSamples): TimingOfRun {
  const { ratio, verdict } = compareSamples(first, other);
  return {
    ...mediansOf(other),
    ratio: ratio === null ? null : { value: ratio.value, lo: ratio.low, hi: ratio.high },
    verdict,
  };
}

type Checks = Readonly<Record<string, NonNullable<ComparedCheck["runs"][number]>>>;

/** A gradient check's own report. */
function reportedChecks(store: SqliteStore, run: RunSummary): Checks {
  if (run.kind !== "gradcheck" || run.status !== "finished") return {};
  const { report } = store.getReport(run.id, "gradcheck", gradcheckReportSchema);
  return Object.fromEntries(
    report.reports.map(({ reference, tensor, verdict, relMax, relNorm }) => [
      `${reference}, ${tensor}`,
      { verdict, passed: verdict === "passed", relMax, relNorm },
    ]),
  );
}

function compareChecks(runs: readonly Checks[]): ComparedCheck[] {
  const labels = [...new Set(runs.flatMap((checks) => Object.keys(checks)))];
  return labels.map((label) => ({ label, runs: runs.map((checks) => checks[label] ?? null) }));
}
