import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { dirname, resolve } from "node:path";
import { makeFolder } from "../data/make-folder.ts";
import { Engine } from "../engine/engine.ts";
import { joinsVectors } from "../engine/joins-vectors.ts";
import { setV8Flags } from "../engine/v8-flags.ts";
import { describeMachine } from "../lab/diagnostics/machine.ts";
import type { MachineWatch } from "../timing/machine-watch.ts";
import type { BenchOptions } from "./bench-options.ts";
import type { BenchMachine, BenchReport, CaseReport, RawSamples } from "./bench-report.ts";
import { planReport } from "./plan-report.ts";
import { reportMarkdown, reportText } from "./report-table.ts";
import { measureLive } from "./live-figures.ts";
import type { LivePlaces } from "./open-live.ts";
import { runCase } from "./run-case.ts";

/** Where the project's parts lie. */
export interface BenchPlaces {
  /** The built worker, out/main/worker.js. */
  readonly workerFile: string;
  /** Of the peers' programs. */
  readonly programsDir: string;
  /** The peer in Python. */
  readonly pytorchFile: string;
  /** Of the peers' packages. */
  readonly packagesDir: string;
  /** Of the files of raw samples. */
  readonly resultsDir: string;
  /** Of the live language: its sandbox, and data. */
  readonly live: LivePlaces;
}

const FORMATS: Readonly<Record<BenchOptions["format"], (report: BenchReport) => string>> = {
  json: (report) => JSON.stringify(report, undefined, 2),
  markdown: reportMarkdown,
  table: reportText,
};

function writeRawSamples(path: string, report: BenchReport, raw: readonly RawSamples[]): void {
  makeFolder(dirname(path));
  writeFileSync(path, `${JSON.stringify({ ...report, samples: raw })}\n`);
}

/** Runs the cases one after the other. @returns the report as text. */
export async function runBench(
  options: BenchOptions,
  places: BenchPlaces,
  { say, machineWatch }: { readonly say: (text: string) => void; readonly machineWatch: MachineWatch },
): Promise<string> {
  const { threads, oneThread } = options;
  const stretch = machineWatch.begin();
  const loadBefore = loadavg()[0] ?? NaN;
  const v8Flags = options.v8Flags ? setV8Flags() : [];
  const engine = await Engine.start({
    threads,
    workerFile: places.workerFile,
    joinsVectors: joinsVectors(v8Flags),
  });
  try {
    if (options.plan !== null) return planReport(engine, options.cases, options.plan);
    // Peers compute in processes of their own.
    if (options.peers) stretch.leaveOthersOut();
    const warnings = (): readonly string[] => stretch.look("while the cases ran").warnings;
    const peak = engine.tuning.peakGflops;
    const machine: BenchMachine = {
      ...describeMachine(`wasm-${engine.instructionSet}`),
      date: new Date().toISOString(),
      loadBefore,
      v8Flags,
      peakGflops: peak,
    };
    const run = {
      engine,
      threads,
      oneThread,
      say,
      peers: options.peers ? places : null,
      live: options.live ? places.live : null,
      peakGflops: peak,
    };
    const cases: CaseReport[] = [];
    const raw: RawSamples[] = [];
    const out = resolve(options.out ?? `${places.resultsDir}/${machine.date.replaceAll(":", "-")}.json`);
    for (const benchCase of options.cases) {
      const result = await runCase(benchCase, run);
      cases.push(result.report);
      raw.push(result.raw);
      // After every case: a run that is stopped half-way has measured something too.
      writeRawSamples(out, { machine, cases, warnings: warnings() }, raw);
    }
    const live = options.live ? { live: await measureLive(engine, { threads, places: places.live }) } : {};
    const report = { machine, cases, warnings: warnings(), ...live };
    writeRawSamples(out, report, raw);
    say(`Raw samples: ${out}`);
    return FORMATS[options.format](report);
  } finally {
    await engine.close();
  }
}
