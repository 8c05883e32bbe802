import { counted } from "../../../core/counted.ts";
import { availableParallelism } from "node:os";
import { OutOfMemoryError } from "../../../core/errors.ts";
import { linearLayers, networkTitle, parameterShapes } from "../../../core/network/network.ts";
import { SEEDED_BUGS } from "../../../core/network/seeded-bug.ts";
import { numelOf } from "../../../core/ops/recording-ops.ts";
import type { Forecast, ForecastPart } from "../../../shared/experiments/forecast.ts";
import {
  gradcheckReportSchema,
  type GradcheckForecast,
  type GradcheckRecord,
  type GradcheckReport,
  type GradcheckSettings,
  type GradientReference,
  type GradientReport,
} from "../../../shared/experiments/gradcheck.ts";
import { holdsBatchNorm, networkOf, schemesOf } from "../../../shared/specs/network-spec.ts";
import type { ActivityHandle, ActivityPart } from "../activity/activity-handle.ts";
import type { Quantities } from "../../../shared/runs/run-records.ts";
import { noteNotFinite } from "../activity/note-not-finite.ts";
import { misfitOf, requireFits } from "../compute/require-fits.ts";
import { drawNetwork } from "../compute/draw-network.ts";
import { gradcheckMemory } from "./gradcheck-memory.ts";
import type { DataRows } from "../compute/data-rows.ts";
import { forecastMemory } from "../compute/forecast-memory.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import { TfjsNetwork } from "../tfjs/tfjs-network.ts";
import { checkAgainst, checkByTfjs } from "./check-against.ts";
import { checkByDifferences } from "./check-by-differences.ts";
import { checkByDirections } from "./check-by-directions.ts";
import type { CheckContext } from "./check-context.ts";
import { float64Reference } from "./float64-reference.ts";
import { saidOfBackward } from "./blame-backward.ts";
import { gradcheckParts, gradcheckWork } from "./gradcheck-work.ts";
import { hiddenShares, saidOfHidden } from "./hidden-share.ts";
import { saidOfOverflow } from "./make-report.ts";
import { computeGradients, type GivenParameters } from "../compute/network-setup.ts";
import { endingWith } from "../activity/ending-with.ts";
import type { LabServices, StartedRun } from "../activity/experiment.ts";

const SAID: Readonly<Record<GradientReference, string>> = {
  float64: "float64 backward pass",
  "finite-difference": "central differences",
  direction: "random directions",
  tfjs: "TensorFlow.js",
};

/** Multiply-adds a second of one thread in float64 loops, until a check has been measured. */
const FLOAT64_RATE = 4e8;

const UNSAVED = "The last numbers of the gradient check were not saved";

/** The numbers that a list of runs shows; of a check that was cut short before its loss, no loss. */
function summaryOf({ passed, loss, reports, notes }: GradcheckReport): Quantities {
  const computed = notes.length > 0 || reports.length > 0 || !Number.isNaN(loss);
  return noteNotFinite(
    {
      passed,
      ...(computed ? { loss } : {}),
      reports: reports.length,
      failed: reports.filter(({ verdict }) => verdict === "failed").length,
      worstRelMax: reports.reduce((worst, { relMax }) => Math.max(worst, relMax), 0),
    },
    reports.map(({ tensor, reference, maxAbs }) => [`${tensor} against ${SAID[reference]}`, maxAbs]),
  );
}

/** Gradient checks as the lab offers them: what one will take, running it, its report. */
export class GradcheckLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #data: DataRows;
  readonly #tfjsFile: string;

  constructor(services: LabServices, supervisor: RunSupervisor, data: DataRows, tfjsFile: string) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#data = data;
    this.#tfjsFile = tfjsFile;
  }

  forecast(settings: GradcheckSettings): GradcheckForecast {
    const work = gradcheckWork(settings).all;
    const { tensorBytes, refusal } = this.#memory(settings);
    const threads = Math.min(settings.threads, availableParallelism());
    return {
      bytes: tensorBytes,
      seconds: work / FLOAT64_RATE / threads,
      parameters: parameterCount(settings),
      refusal,
    };
  }

  /** @throws {ContractError} If another activity is on. @throws {OutOfMemoryError} */
  start(settings: GradcheckSettings, weights: GivenParameters | null = null): StartedRun {
    requireFits(settings.network, this.#services.dataset(settings.network.data.name));
    const { refusal, tensorBytes } = this.#memory(settings);
    if (refusal !== "") throw new OutOfMemoryError(refusal);
    const { network: spec, references, bug, coordinates, tolerance, threads } = settings;
    const title = networkTitle(networkOf(spec));
    const report: GradcheckReport = {
      settings,
      title,
      loss: NaN,
      referenceLoss: NaN,
      passed: false,
      reports: [],
      notes: [],
    };
    return this.#supervisor.start(
      `Gradient check, ${title}`,
      {
        create: {
          kind: "gradcheck",
          name: `${title}${bug === null ? "" : `, bug ${bug}`}`,
          threads,
          rows: spec.data.rows,
          config: {
            network: title,
            loss: spec.loss,
            split: spec.data.split,
            rows: spec.data.rows,
            seed: spec.seed,
            references: references.join(", "),
            bug: bug ?? "none",
            tolerance,
            threads,
            coordinates: coordinates ?? "every one",
            given: weights !== null,
          },
        },
      },
      (runId, activity) => this.#check({ runId, activity }, report, weights),
      () => summaryOf(report),
      tensorBytes,
    );
  }

  /** @throws {StoreError} If there is no such run. */
  get({ runId }: { readonly runId: string }): GradcheckRecord {
    return this.#services.store.getReport(runId, "gradcheck", gradcheckReportSchema);
  }

  #memory(settings: GradcheckSettings): Forecast {
    const { engine, dataset } = this.#services;
    const data = dataset(settings.network.data.name);
    const misfit = misfitOf(settings.network, data);
    // What does not fit is complained about when it is to run.
    const parts = misfit === "" ? gradcheckMemory(settings, data, engine.cacheBytes) : [];
    return forecastMemory({ parts, beside: besideArena(settings) }, engine.arena, null);
  }

  async #check(
    { runId, activity }: { readonly runId: string; readonly activity: ActivityHandle },
    report: GradcheckReport,
    weights: GivenParameters | null,
  ): Promise<void> {
    const { engine, store, emit } = this.#services;
    const { settings } = report;
    const { network: spec, bug, threads } = settings;
    const network = networkOf(spec);
    const scope = engine.arena.scope();
    const tfjs = new TfjsNetwork(this.#tfjsFile, engine.arena.memory, activity.checkpoint);
    const save = (): void => {
      store.saveReport(runId, report);
    };
    const check = async (): Promise<void> => {
      activity.phase("reading the data");
      const data = await this.#data.rows(spec.data);
      activity.phase("forward and backward");
      const drawn = { network, schemes: schemesOf(spec), seed: spec.seed };
      const given =
        weights ?? (await drawNetwork(engine, drawn, { rows: () => Promise.resolve(data), threads }));
      const computed = await computeGradients(engine, scope, {
        network,
        data,
        given,
        bug,
        threads,
        seed: spec.seed,
      });
      report.loss = computed.loss;
      report.notes.push(...notesOf(settings, computed.bugMade));
      save();
      const contextOf = (part: ActivityPart): CheckContext => ({
        engine,
        scope,
        settings,
        computed,
        onReport: (one) => {
          report.reports.push(one);
          emit({ name: "gradientReported", payload: { runId, report: one } });
        },
        activity: activity.part(part),
      });
      // What float32 may round and where kinks lie excuses differences from every reference.
      activity.phase(SAID.float64);
      const parts = gradcheckParts(gradcheckWork(settings));
      const certain = await float64Reference(contextOf(parts.analysis), "engine");
      report.referenceLoss = certain.loss;
      if (certain.overflow !== null) report.notes.push(`${saidOfOverflow(certain.overflow)}.`);
      const hidden = saidOfHidden(await hiddenShares(engine, certain));
      for (const { reference, part } of parts.references) {
        const context = contextOf(part);
        activity.phase(SAID[reference]);
        switch (reference) {
          case "float64":
            await checkAgainst(context, "float64", certain.gradients, certain);
            break;
          case "finite-difference":
            report.notes.push(await checkByDifferences(context, certain));
            break;
          case "direction":
            await checkByDirections(context, certain);
            break;
          case "tfjs":
            await checkByTfjs(context, tfjs, certain);
            break;
        }
        save();
      }
      const { reports } = report;
      report.passed =
        reports.every(({ verdict }) => verdict !== "failed") &&
        reports.some(({ verdict }) => verdict === "passed");
      const failed = new Set(
        reports.flatMap(({ tensor, verdict }) => (verdict === "failed" ? [tensor] : [])),
      );
      const blamed = bug === null ? saidOfBackward(network, failed) : "";
      const closing = [...closingNotes(reports, certain.kinks), hidden, blamed];
      report.notes.push(...closing.filter((note) => note !== ""));
    };
    const end = async (): Promise<void> => {
      await tfjs.close();
      scope.release();
      save();
      store.addGradientChecks(
        runId,
        report.reports.map((one) => toStored(report.title, one)),
      );
    };
    await endingWith(check, end, (message) => {
      emit({ name: "failure", payload: { title: UNSAVED, message } });
    });
  }
}

const toStored = (stage: string, one: GradientReport) => ({
  stage,
  reference: one.reference,
  tensor: one.tensor,
  coordinates: one.coordinates,
  allclose: one.allclose,
  maxAbs: one.maxAbs,
  relMax: one.relMax,
  relNorm: one.relNorm,
  hiddenByAtol: one.hiddenByAtol,
  kinks: one.kinks,
  passed: one.verdict !== "failed",
  reason: one.reason,
});

/** What was excused, and what could not be judged. */
function closingNotes(reports: readonly GradientReport[], kinks: number): string[] {
  const notes: string[] = [];
  if (kinks > 0) {
    notes.push(
      `${counted(kinks, "pre-activation lies", "pre-activations lie")} at a kink within float32 rounding: there both gradients count as right.`,
    );
  }
  const rounded = reports.filter(({ excused }) => excused.rounding > 0);
  if (rounded.length > 0) {
    const names = [...new Set(rounded.map(({ tensor }) => tensor))].join(", ");
    notes.push(
      `Some gradients of ${names} differ by no more than float32 rounds of what was summed for them: told as rounding.`,
    );
  }
  const unjudged = reports.filter(({ verdict }) => verdict === "not judged").length;
  if (unjudged > 0) {
    notes.push(
      unjudged === reports.length
        ? "No gradient could be judged; the reasons stand in the table."
        : `${unjudged} of ${reports.length} comparisons could not be judged; the reasons stand in the table.`,
    );
  }
  return notes;
}

function notesOf({ bug, tolerance }: GradcheckSettings, bugMade: boolean): string[] {
  const notes: string[] = [];
  if (bug !== null) {
    notes.push(
      bugMade
        ? `The backward pass has a bug on purpose: ${SEEDED_BUGS[bug]}.`
        : `The bug "${bug}" finds no place in this network (${SEEDED_BUGS[bug]}): this is a plain check.`,
    );
  }
  if (tolerance === "notebook") {
    notes.push(
      "The notebook's tolerance is allclose alone, rtol 0.001 and atol 0.00001. It passes an input gradient that is " +
        "8 % wrong, because most of its entries are smaller than atol; the strict check does not.",
    );
  }
  return notes;
}

const parameterCount = ({ network }: GradcheckSettings): number =>
  parameterShapes(networkOf(network)).reduce((sum, { shape }) => sum + numelOf(shape), 0);

/** What references hold in the workers' own memory. */
function besideArena({ network: spec }: GradcheckSettings): ForecastPart[] {
  if (!holdsBatchNorm(spec.layers)) return [];
  const linear = linearLayers(networkOf(spec));
  const widths = linear.reduce((sum, { out }) => sum + out, 0);
  // In float64, with bounds, a few times: a batch norm is computed for all rows at once.
  return [
    { name: "all rows of the float64 reference", bytes: 8 * 12 * spec.data.rows * (widths + linear.length) },
  ];
}
