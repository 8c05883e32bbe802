import type { ActivityDelay, Diagnostics } from "../../../shared/ipc/ipc-contract.ts";
import type { Machine } from "../../../shared/runs/run-records.ts";
import type { Engine } from "../../engine/engine.ts";
import { UNCHECKED } from "../../engine/v8-flags.ts";
import type { Store } from "../../store/store.ts";
import type { EventLoopDelay } from "../activity/event-loop-delay.ts";
import { supportWarning } from "./electron-support.ts";
import { tuningReport } from "./tuning-report.ts";

export interface DiagnosticsSources {
  readonly appVersion: string;
  readonly runtimeSource: string;
  readonly v8Flags: readonly string[];
  /** The app ended twice while it compiled kernels with the flags: they are left out now. */
  readonly flagsWithheld: boolean;
  readonly logPath: string;
  readonly threads: number;
  readonly machine: Machine;
  readonly engine: Engine;
  readonly store: Store;
  readonly delay: EventLoopDelay;
  /** During the last run of an earlier start. */
  readonly earlierDelay: ActivityDelay | null;
  /** Why the kernels' tuning could not be kept, or null. */
  readonly tuningProblem: string | null;
}

function warningsOf(sources: DiagnosticsSources): string[] {
  const { store, engine } = sources;
  const warnings = [...store.notices];
  if (store.readOnlyReason !== null) warnings.push(store.readOnlyReason);
  if (sources.tuningProblem !== null) warnings.push(sources.tuningProblem);
  if (engine.failure !== null) warnings.push(`The worker threads reported: ${engine.failure}`);
  if (process.platform === "linux" && process.getuid?.() === 0) {
    warnings.push(
      "The app runs as root, where Chromium's sandbox cannot work: start it as an ordinary user.",
    );
  }
  const support = supportWarning(sources.machine.electron, sources.runtimeSource);
  if (support !== null) warnings.push(support);
  if (sources.flagsWithheld) {
    warnings.push(
      "This version of V8 has crashed while it compiled the kernels with its fast-kernel flags, so they are left out and products take about twice as long. Another version is tried by itself; delete the folder v8-flags-trial beside the database to try this one again.",
    );
  }
  if (sources.v8Flags.includes(UNCHECKED)) {
    warnings.push(
      "This runtime would check every access of the kernels to memory, which would halve their speed: theirs go unchecked, and they are tested at the start instead. Those of notebooks and of files are checked.",
    );
  }
  return warnings;
}

/** Everything about this installation that a report of a problem needs. */
export function collectDiagnostics(sources: DiagnosticsSources): Diagnostics {
  const { store, engine, machine, delay, threads } = sources;
  const { sqlite, ...database } = store.info();
  return {
    appVersion: sources.appVersion,
    machine,
    napi: process.versions["napi"] ?? "unknown",
    sqlite,
    runtimeSource: sources.runtimeSource,
    threads,
    pool: { workers: engine.workers, healthy: engine.failure === null, note: engine.failure ?? "" },
    tuning: tuningReport(engine.tuning),
    v8Flags: [...sources.v8Flags],
    arena: {
      usedBytes: engine.arena.usedBytes,
      committedBytes: engine.arena.committedBytes,
      maximumBytes: engine.arena.maximumBytes,
      peakBytes: engine.arena.peakBytes,
      givenBackBytes: engine.givenBackBytes,
    },
    eventLoopDelayMs: delay.read(),
    lastActivityDelayMs: delay.lastActivity ?? sources.earlierDelay,
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    database: { ...database, damage: [...store.damage] },
    logPath: sources.logPath,
    warnings: warningsOf(sources),
  };
}
