import { ContractError } from "../../../core/errors.ts";
import { middleRate } from "../../../core/optimisers/range-test.ts";
import {
  LR_SEARCH,
  lrSearchReportSchema,
  seedMetrics,
  type LrSearchRecord,
  type LrSearchReport,
  type SeedSearch,
} from "../../../shared/experiments/lr-search.ts";
import { STATISTIC_NAMES } from "../../../shared/experiments/training.ts";
import type { MetricPoint, Quantities } from "../../../shared/runs/run-records.ts";
import { batchNormMisfit, type TrainSpec } from "../../../shared/specs/train-spec.ts";
import type { LabServices, StartedRun } from "../activity/experiment.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import type { DataRows } from "../compute/data-rows.ts";
import { monotonicMs } from "../../timing/monotonic-ms.ts";
import { trainingConfig } from "./record/training-summary.ts";
import { findLr, searchedTraining } from "./session/find-lr.ts";
import { requireRoom } from "./session/require-room.ts";
import type { StepMetric } from "./session/trainer.ts";
import { assertWeightsGiven, type TrainingOrder } from "./training-order.ts";

const TITLE = "Looking for a learning rate";

type Suggestion = Pick<LrSearchReport, "suggested" | "reason">;

/** What the seeds suggest together. */
function suggestionOf(searches: readonly SeedSearch[]): Suggestion {
  const whole = searches.filter((search) => search.whole);
  if (whole.length === 0) return { suggested: null, reason: "no seed was searched to its end" };
  const suggested = middleRate(whole.map((search) => search.suggested));
  if (suggested === null) {
    const without = whole.filter((search) => search.suggested === null).length;
    return {
      suggested,
      reason: `the loss of ${without} of ${whole.length} seeds falls no further than its noise`,
    };
  }
  const rates = whole.flatMap((search) => search.suggested ?? []);
  const [lowest, highest] = [Math.min(...rates), Math.max(...rates)].map((rate) => rate.toPrecision(2));
  const seeds =
    rates.length === LR_SEARCH.seeds ? `${rates.length}` : `${rates.length} of ${LR_SEARCH.seeds}`;
  return { suggested, reason: `the middle of ${seeds} seeds, ${lowest} to ${highest}` };
}

/** The numbers that a list of runs shows. */
function summaryOf(searches: readonly SeedSearch[]): Quantities {
  const { suggested, reason } = suggestionOf(searches);
  return {
    ...(suggested === null ? {} : { suggestedLr: suggested }),
    reason,
    seedsSearched: searches.filter(({ whole }) => whole).length,
    steps: searches.reduce((sum, { points }) => sum + points.length, 0),
  };
}

/** The curves of the seed number `index`; all seeds share the rates, which are recorded up to `rates` steps by now. */
function pointsOf(
  { points }: SeedSearch,
  index: number,
  { steps, rates, startedMs, stepsPerEpoch }: RecordedSteps,
): MetricPoint[] {
  const names = seedMetrics(index);
  return steps.flatMap(({ step, clockMs, value }, place) => {
    const { lr = NaN, smoothed = NaN } = points[place] ?? {};
    const at = { step, epoch: Math.ceil(step / stepsPerEpoch), wallMs: clockMs - startedMs };
    return [
      // In the order in which a comparison offers them.
      ...(Number.isNaN(smoothed) ? [] : [{ ...at, name: names.smoothed, value: smoothed }]),
      { ...at, name: names.loss, value },
      ...(step > rates ? [{ ...at, name: STATISTIC_NAMES.lr, value: lr }] : []),
    ];
  });
}

interface RecordedSteps {
  readonly steps: readonly StepMetric[];
  readonly rates: number;
  readonly startedMs: number;
  readonly stepsPerEpoch: number;
}

/** The learning-rate search as the lab offers it: a run that keeps each seed's curve and what it suggests. */
export class LrSearchLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #dataRows: DataRows;

  constructor(services: LabServices, supervisor: RunSupervisor, dataRows: DataRows) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#dataRows = dataRows;
  }

  /**
   * Trains with a rising learning rate on several seeds. The rate, the schedule and the end that the spec names do not count.
   *
   * @throws {ContractError} If another activity is on, or the network does not fit its data. @throws {OutOfMemoryError}
   */
  start(order: Pick<TrainingOrder, "spec" | "threads" | "given">): StartedRun {
    const { spec, threads, given = null } = order;
    assertWeightsGiven(order);
    const searched = searchedTraining(spec);
    const misfit = batchNormMisfit(searched.spec);
    if (misfit !== "") throw new ContractError(`${TITLE}: ${misfit}`);
    const tensorBytes = requireRoom(searched, threads, this.#services);
    const { lr: _lr, schedule: _schedule, ...config } = trainingConfig(searched, order);
    const found: SeedSearch[] = [];
    const { engine, emit } = this.#services;
    return this.#supervisor.start(
      TITLE,
      {
        create: {
          kind: "lrsearch",
          // What differs between searches comes first: a list shows the beginning.
          name: `Learning rate for ${spec.optimizer.name}, batch ${spec.batchSize}: ${String(config["network"])}`,
          threads,
          rows: spec.data.rows,
          // The training that it is for, not the one that was searched with.
          config: { ...config, ...LR_SEARCH, spec: JSON.stringify(spec) },
        },
      },
      async (runId, activity) => {
        const startedMs = monotonicMs();
        this.#keep(runId, spec, { found, points: [] });
        const { stepsPerEpoch } = searched;
        await findLr(searched, {
          engine,
          dataRows: this.#dataRows,
          threads,
          given,
          activity,
          onSearched: (search, steps) => {
            const rates = Math.max(0, ...found.map(({ points }) => points.length));
            const points = pointsOf(search, found.length, { steps, rates, startedMs, stepsPerEpoch });
            found.push(search);
            this.#keep(runId, spec, { found, points });
          },
          tell: (message) => {
            emit({ name: "failure", payload: { title: "The curves were not saved", message } });
          },
        });
      },
      () => summaryOf(found),
      tensorBytes,
    );
  }

  #keep(
    runId: string,
    spec: TrainSpec,
    { found, points }: { readonly found: readonly SeedSearch[]; readonly points: readonly MetricPoint[] },
  ): void {
    const { store } = this.#services;
    store.addMetrics(runId, points);
    const searches = found.map(({ points: _points, ...verdict }) => verdict);
    const report: LrSearchReport = { spec, searches, ...suggestionOf(found) };
    store.saveReport(runId, report);
  }

  /** @throws {StoreError} If there is no such run. */
  get({ runId }: { readonly runId: string }): LrSearchRecord {
    const { store } = this.#services;
    const { machine, report } = store.getReport(runId, "lrsearch", lrSearchReportSchema);
    const values = (name: string): readonly number[] =>
      store.getMetrics(runId, name).map(({ value }) => value);
    const rates = values(STATISTIC_NAMES.lr);
    const searches = report.searches.map((verdict, index): SeedSearch => {
      const names = seedMetrics(index);
      const smoothed = values(names.smoothed);
      const points = values(names.loss).map((loss, step) => ({
        lr: rates[step] ?? NaN,
        loss,
        smoothed: smoothed[step] ?? NaN,
      }));
      return { ...verdict, points };
    });
    return { runId, machine, report: { ...report, searches } };
  }
}
