import type { Diagnostics } from "../../shared/ipc/ipc-contract.ts";
import { counted } from "../../core/counted.ts";
import { formatDuration } from "../../shared/format/duration.ts";
import { formatBytes } from "../../shared/format/number.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { print, printJson, warn } from "./print.ts";
import { textTable } from "../report/text-table.ts";
import { tuningText } from "./tuning-text.ts";

function report(diagnostics: Diagnostics): string {
  const { machine, database, pool, arena, lastActivityDelayMs: lastDelay } = diagnostics;
  const lines = [
    ["app", diagnostics.appVersion],
    [
      "runtime",
      `Electron ${machine.electron} (${diagnostics.runtimeSource}), Node ${machine.node}, V8 ${machine.v8}`,
    ],
    ["Node-API", diagnostics.napi],
    ["SQLite", diagnostics.sqlite],
    ["system", machine.os],
    ["CPU", `${machine.cpuModel}, ${machine.cpuCores} cores`],
    ["memory", formatBytes(machine.memoryBytes)],
    [
      "threads",
      `${diagnostics.threads}; ${counted(pool.workers, "worker")}, ${pool.healthy ? "healthy" : pool.note}`,
    ],
    ["kernel", machine.kernel],
    ["V8 flags", diagnostics.v8Flags.join(" ") || "none"],
    ["arena", `${formatBytes(arena.usedBytes)} used of ${formatBytes(arena.maximumBytes)}`],
    [
      "main's delay",
      lastDelay === null
        ? "no run has been measured yet"
        : `during ${lastDelay.name}: median ${formatDuration(lastDelay.p50)}, p99 ${formatDuration(lastDelay.p99)}, longest ${formatDuration(lastDelay.max)}`,
    ],
    ["database", `${database.path}, ${formatBytes(database.sizeBytes)}, ${counted(database.runs, "run")}`],
    ["schema", `version ${database.schemaVersion}${database.readOnly ? ", opened read-only" : ""}`],
    ["integrity", database.integrity],
    ["log", diagnostics.logPath],
    ...diagnostics.warnings.map((warning) => ["warning", warning]),
  ];
  return `${textTable(["what", "value"], lines)}\n\n${tuningText(diagnostics.tuning)}`;
}

export interface DoctorOptions {
  /** Mends what can be mended without losing anything. */
  readonly repair?: true;
  readonly json?: true;
}

/** Shows the installation's state; fails when the database or the workers are not sound. */
export async function runDoctorCommand(lab: Lab, options: DoctorOptions): Promise<ExitCode> {
  const { done } = options.repair === true ? await lab.database.repair() : { done: [] };
  for (const what of done) warn(what);
  const { sound, findings } = await lab.database.check();
  const known = lab.diagnostics.get();
  const damage = findings.map((finding) => `The database is damaged: ${finding}`);
  const diagnostics = { ...known, warnings: [...known.warnings, ...damage] };
  if (options.json === true) printJson(diagnostics);
  else print(`${report(diagnostics)}\n`);
  const { pool, database } = diagnostics;
  return pool.healthy && database.integrity === "ok" && sound ? EXIT.ok : EXIT.failedCheck;
}
