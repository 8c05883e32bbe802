import { OutOfMemoryError } from "../../../core/errors.ts";
import {
  LADDER_PRESETS,
  type LadderComparison,
  type LadderForecast,
  type LadderRecord,
  type LadderSettings,
  type RungDescription,
  type RungId,
  type RungResult,
} from "../../../shared/experiments/ladder.ts";
import type { Quantities } from "../../../shared/runs/run-records.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import { noteNotFinite } from "../activity/note-not-finite.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import { LADDER_EFFORT } from "./climb.ts";
import { compareLadders } from "./compare-ladders.ts";
import { describeRungs } from "../rungs/describe-rungs.ts";
import { driftWarnings } from "./drift.ts";
import type { ForeignRungs } from "./foreign-rungs.ts";
import { forecastLadder, MeasuredSpeeds } from "./forecast-ladder.ts";
import { shapesOf } from "./ladder-shapes.ts";
import { measureLimits, type Limits } from "./limits.ts";
import { runLadder } from "./run-ladder.ts";
import type { RungMeasurement } from "./rung-measurement.ts";
import { saidShape } from "./words.ts";
import type { LabServices, StartedRun } from "../activity/experiment.ts";

/** The window hears of a rung's new samples at most five times a second. */
const REPORT_EVERY_MS = 200;
/** What a crash may take: a shape's last samples. */
const SAVE_EVERY_MS = 2_000;
const NO_LIMITS: Limits = { peakGflops: null, bandwidthGBs: null, cacheBytes: [] };

/** "Notebook 100 × 1,000 × 100", "Square sweep 32 × 32 × 32 … 2,048 × 2,048 × 2,048". */
function titleOf(settings: LadderSettings): string {
  const preset = settings.preset === "custom" ? "Custom" : LADDER_PRESETS[settings.preset].title;
  const shapes = shapesOf(settings);
  const [first, last] = [shapes[0], shapes.at(-1)].map((shape) =>
    shape === undefined ? "" : saidShape(shape),
  );
  return `${preset} ${shapes.length > 1 ? `${first} … ${last}` : first}`;
}

/** The numbers that a list of runs shows. */
function summaryOf(results: readonly RungResult[]): Quantities {
  const count = (wanted: (result: RungResult) => boolean): number => results.filter(wanted).length;
  const fastest = results.reduce<RungResult | null>(
    (best, result) => (result.gflops > (best?.gflops ?? 0) ? result : best),
    null,
  );
  return noteNotFinite(
    {
      rungs: results.length,
      measured: count(({ status }) => status === "measured"),
      wrong: count(({ status }) => status === "wrong"),
      ...(fastest === null
        ? {}
        : { fastest: fastest.name, gflops: fastest.gflops, medianMs: fastest.medianMs }),
    },
    // Of a rung that was not compared there is no difference.
    results
      .filter(({ status }) => status === "measured" || status === "wrong")
      .map(({ name, shape, maxDiff }) => [`difference of ${name} at ${saidShape(shape)}`, maxDiff]),
  );
}

/** A ladder that is being climbed, with what is known of it so far. */
interface Climb {
  readonly runId: string;
  readonly settings: LadderSettings;
  readonly results: RungResult[];
  readonly activity: ActivityHandle;
}

/** The ladder as the lab offers it: what the rungs are, what a ladder would take, climbing it, what was measured. */
export class LadderLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #foreign: ForeignRungs;
  readonly #speeds = new MeasuredSpeeds();

  constructor(services: LabServices, supervisor: RunSupervisor, foreign: ForeignRungs) {
    this.#foreign = foreign;
    this.#services = services;
    this.#supervisor = supervisor;
  }

  describe(): readonly RungDescription[] {
    return describeRungs(this.#foreign.unavailable());
  }

  forecast(settings: LadderSettings): LadderForecast {
    return forecastLadder(settings, {
      speeds: this.#speeds,
      arena: this.#services.engine.arena,
      cacheBytes: this.#services.engine.cacheBytes,
      unavailable: new Set(Object.keys(this.#foreign.unavailable()) as RungId[]),
    });
  }

  /** @throws {ContractError} If another activity is on. @throws {OutOfMemoryError} */
  start(settings: LadderSettings): StartedRun {
    const { refusal, bytes } = this.forecast(settings);
    if (refusal !== "") throw new OutOfMemoryError(refusal);
    const shapes = shapesOf(settings);
    const results: RungResult[] = [];
    return this.#supervisor.start(
      `Ladder, ${titleOf(settings)}`,
      {
        create: {
          kind: "ladder",
          name: titleOf(settings),
          threads: settings.threads,
          rows: Math.max(...shapes.map(({ m }) => m)),
          config: {
            preset: settings.preset,
            // As filters and comparisons with earlier ladders read it.
            shapes: shapes.map(({ m, k, n }) => `${m}×${k}×${n}`).join(", "),
            threads: settings.threads,
            budgetSeconds: settings.budgetSeconds,
            seed: settings.seed,
            scaling: settings.scaling,
          },
        },
      },
      (runId, activity) => this.#climb({ runId, settings, results, activity }),
      () => summaryOf(results),
      bytes,
    );
  }

  /** Whether a ladder has come so far that there is something to get. */
  has(runId: string): boolean {
    return this.#services.store.hasLadder(runId);
  }

  /** @throws {StoreError} If there is no such ladder. */
  get({ runId }: { readonly runId: string }): LadderRecord {
    return this.#services.store.getLadder(runId);
  }

  /** How many times as long each rung took in the second ladder. @throws {StoreError} If there is no such ladder. */
  compare({ runId, otherRunId }: { readonly runId: string; readonly otherRunId: string }): LadderComparison {
    return compareLadders(this.get({ runId }), this.get({ runId: otherRunId }));
  }

  /** Looks for a Python with torch, which becomes a rung; takes some seconds. */
  async findPyTorch(): Promise<{ version: string | null; reason: string }> {
    const tell = (python: string | null): void => {
      this.#services.emit({ name: "pythonTried", payload: { python } });
    };
    const found = await this.#foreign.findPyTorch(tell).finally(() => {
      tell(null);
    });
    return "reason" in found
      ? { version: null, reason: found.reason }
      : { version: found.version, reason: "" };
  }

  async #climb({ runId, settings, results, activity }: Climb): Promise<void> {
    const { engine, store, emit, machineWatch } = this.#services;
    const stretch = machineWatch.begin();
    const save = (limits: Limits, warnings: readonly string[] = []): void => {
      const machine = stretch.look("while the ladder ran");
      const conditions = {
        ...machine,
        kernel: `wasm-${engine.instructionSet}`,
        warnings: [...machine.warnings, ...warnings],
      };
      store.saveLadder(runId, { settings, conditions, limits });
    };
    save(NO_LIMITS);
    activity.phase("measuring the memory's bandwidth");
    const limits = await measureLimits(engine, settings.threads);
    save(limits);
    const report = throttled((result) => emit({ name: "rungChanged", payload: { runId, result } }));
    const unfinished = new Set<RungMeasurement>();
    let savedMs = performance.now();
    const foreign = this.#foreign.open(settings.threads, activity.checkpoint);
    try {
      await runLadder({
        engine,
        settings,
        limits,
        effort: LADDER_EFFORT,
        shapeMs: (shape) => this.forecast({ ...settings, preset: "custom", shape }).ms,
        foreign: (operands) => {
          // PyTorch computes in a process of its own.
          if (this.#foreign.unavailable().pytorch === undefined) stretch.leaveOthersOut();
          return foreign.on(operands);
        },
        activity,
        onChange: (measurement) => {
          report(measurement);
          unfinished.add(measurement);
          if (performance.now() - savedMs < SAVE_EVERY_MS) return;
          savedMs = performance.now();
          store.saveRungs(
            runId,
            [...unfinished].map((one) => one.result()),
          );
        },
        onShape: (ranked) => {
          unfinished.clear();
          results.push(...ranked);
          store.saveRungs(runId, ranked);
          for (const result of ranked) emit({ name: "rungChanged", payload: { runId, result } });
        },
      });
    } finally {
      await foreign.close();
      this.#speeds.learn({ rungs: results });
      save(limits, driftWarnings(results));
    }
  }
}

/** Tells of a rung's state at most five times a second; its last state is told when its shape is done. */
function throttled(tell: (result: RungResult) => void): (measurement: RungMeasurement) => void {
  const told = new WeakMap<RungMeasurement, number>();
  return (measurement) => {
    const now = performance.now();
    if (now - (told.get(measurement) ?? -Infinity) < REPORT_EVERY_MS) return;
    told.set(measurement, now);
    tell(measurement.result());
  };
}
