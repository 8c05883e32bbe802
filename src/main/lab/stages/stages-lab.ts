import { OutOfMemoryError } from "../../../core/errors.ts";
import type { Forecast } from "../../../shared/experiments/forecast.ts";
import type { MachineConditions } from "../../../shared/runs/machine-conditions.ts";
import type { Quantities } from "../../../shared/runs/run-records.ts";
import {
  stagesReportSchema,
  type StageDescription,
  type StagePair,
  type StageResult,
  type StagesRecord,
  type StagesReport,
  type StagesSettings,
} from "../../../shared/experiments/stages.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import { noteNotFinite } from "../activity/note-not-finite.ts";
import type { DataRows } from "../compute/data-rows.ts";
import { MeasuredPace } from "../compute/measured-pace.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import { TfjsNetwork } from "../tfjs/tfjs-network.ts";
import { describeStages } from "./describe-stages.ts";
import { expectedMs, forecastStages } from "./forecast-stages.ts";
import { runStages, wasComputed } from "./run-stages.ts";
import { stageGains } from "./stage-gains.ts";
import type { LabServices, StartedRun } from "../activity/experiment.ts";

/** What is known of a run so far. */
interface Found {
  kinks: number;
  conditions: MachineConditions | null;
  readonly results: StageResult[];
  readonly pairs: StagePair[];
}

function reportOf(settings: StagesSettings, { kinks, conditions, results, pairs }: Found): StagesReport {
  const notes =
    kinks === 0
      ? []
      : [
          `${kinks} hidden ${kinks === 1 ? "unit lies" : "units lie"} at the relu's kink within float32 rounding: ` +
            "whether such a unit passes its gradient on, two right implementations may answer differently, and both count as equal there.",
        ];
  return { settings, results, pairs, gains: stageGains(results, settings.seed), kinks, notes, conditions };
}

/** The numbers that a list of runs shows. */
function summaryOf({ results, pairs, gains }: StagesReport): Quantities {
  const ratio = (slower: string, pass: string): number | undefined =>
    gains.find((gain) => gain.slower === slower && gain.pass === pass)?.ratio;
  const speedup = ratio("layer-classes", "backward");
  const fusion = ratio("module-unfused", "both");
  return noteNotFinite(
    {
      stages: results.filter(({ status }) => status === "measured").length,
      gradientPairs: pairs.length,
      equalPairs: pairs.filter(({ equal }) => equal).length,
      ...(results[0] !== undefined && wasComputed(results[0]) ? { loss: results[0].loss } : {}),
      ...(speedup === undefined ? {} : { outerProductsOverMatmul: speedup }),
      ...(fusion === undefined ? {} : { fusionGain: fusion }),
    },
    [
      ...results.filter(wasComputed).map(({ id, loss }) => [`loss of ${id}`, loss] as const),
      ...pairs.map(
        ({ first, second, tensor, maxAbs }) => [`${tensor} of ${first} and ${second}`, maxAbs] as const,
      ),
    ],
  );
}

/** The five stages as the lab offers them: what they are, what they would need, running them. */
export class StagesLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #data: DataRows;
  readonly #tfjsFile: string;
  /** Of whole runs. */
  readonly #pace = new MeasuredPace();

  constructor(services: LabServices, supervisor: RunSupervisor, data: DataRows, tfjsFile: string) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#data = data;
    this.#tfjsFile = tfjsFile;
  }

  describe(): readonly StageDescription[] {
    return describeStages();
  }

  forecast(settings: StagesSettings): Forecast {
    return forecastStages(settings, this.#services.engine, this.#pace.factor);
  }

  /** @throws {ContractError} If another activity is on. @throws {OutOfMemoryError} */
  start(settings: StagesSettings): StartedRun {
    const { refusal, tensorBytes } = this.forecast(settings);
    if (refusal !== "") throw new OutOfMemoryError(refusal);
    const found: Found = { kinks: 0, conditions: null, results: [], pairs: [] };
    return this.#supervisor.start(
      "Stages",
      {
        create: {
          kind: "stages",
          name: `Stages, seed ${settings.seed}`,
          threads: settings.threads,
          rows: settings.rows,
          config: { ...settings },
        },
      },
      (runId, activity) => this.#run({ runId, activity }, settings, found),
      () => summaryOf(reportOf(settings, found)),
      tensorBytes,
    );
  }

  /** @throws {StoreError} If there is no such run. */
  get({ runId }: { readonly runId: string }): StagesRecord {
    return this.#services.store.getReport(runId, "stages", stagesReportSchema);
  }

  async #run(
    { runId, activity }: { readonly runId: string; readonly activity: ActivityHandle },
    settings: StagesSettings,
    found: Found,
  ): Promise<void> {
    const { engine, store, emit, machineWatch } = this.#services;
    const startedMs = performance.now();
    const stretch = machineWatch.begin();
    const tfjs = new TfjsNetwork(this.#tfjsFile, engine.arena.memory, activity.checkpoint);
    const save = (): void => store.saveReport(runId, reportOf(settings, found));
    save();
    try {
      activity.phase("reading the images");
      const data = await this.#data.rows({ name: "mnist", split: "train", rows: settings.rows });
      await runStages({
        engine,
        settings,
        data,
        tfjs,
        activity,
        onKinks: (kinks) => {
          found.kinks = kinks;
        },
        onStage: (result, timings) => {
          found.results.push(result);
          store.addTimings(runId, timings);
          emit({ name: "stageFinished", payload: { runId, result } });
        },
        onPairs: (pairs) => {
          found.pairs.push(...pairs);
        },
      });
      this.#pace.add(performance.now() - startedMs, expectedMs(settings));
    } finally {
      found.conditions = stretch.look("while the stages ran");
      await tfjs.close();
      save();
    }
  }
}
