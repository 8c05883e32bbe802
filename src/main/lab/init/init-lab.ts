import { ContractError, OutOfMemoryError } from "../../../core/errors.ts";
import { branchesOf, isBlock } from "../../../core/network/block.ts";
import { networkTitle } from "../../../core/network/network.ts";
import {
  initReportSchema,
  MEASURING_TITLE,
  type InitBand,
  type InitPreset,
  type InitRecord,
  type InitReport,
  type InitSettings,
  type InitSide,
} from "../../../shared/experiments/init.ts";
import {
  INITIALISATIONS,
  type Initialisation,
  type TrainLayerSpec,
} from "../../../shared/specs/layer-spec.ts";
import { networkOf, schemesOf, type NetworkSpec } from "../../../shared/specs/network-spec.ts";
import type { Forecast } from "../../../shared/experiments/forecast.ts";
import type { Quantities } from "../../../shared/runs/run-records.ts";
import { noteNotFinite } from "../activity/note-not-finite.ts";
import type { DataRows } from "../compute/data-rows.ts";
import { openLayers } from "../../../shared/specs/open-layers.ts";
import { MeasuredPace } from "../compute/measured-pace.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import { forecastInit } from "./forecast-init.ts";
import { INIT_PRESETS } from "./init-presets.ts";
import { requireFits } from "../compute/require-fits.ts";
import { drawNetwork } from "../compute/draw-network.ts";
import { measureNetwork } from "./measure-network.ts";
import type { LabServices, StartedRun } from "../activity/experiment.ts";

const SEEDS = 30;
/** The band of a preset: mean ± so many standard deviations over the seeds. */
const BAND = 2;

/** The network with all its linear layers drawn by one scheme. */
function drawnBy(spec: NetworkSpec, init: Initialisation): NetworkSpec {
  const redrawn = <L extends TrainLayerSpec>(layer: L): L => {
    if (layer.type === "residual") return { ...layer, layers: layer.layers.map(redrawn) };
    if (layer.type === "product")
      return { ...layer, left: layer.left.map(redrawn), right: layer.right.map(redrawn) };
    if (layer.type !== "linear" && layer.type !== "ownLayer") return layer;
    const { gain: _own, ...ungained } = layer;
    return { ...layer, ...ungained, gain: undefined, init };
  };
  return { ...spec, layers: spec.layers.map(redrawn) };
}

const linearSpecs = (layers: readonly TrainLayerSpec[]): Extract<TrainLayerSpec, { type: "linear" }>[] =>
  openLayers(layers).flatMap((layer) => {
    if (isBlock(layer)) return branchesOf<TrainLayerSpec>(layer).flatMap(linearSpecs);
    return layer.type === "linear" ? [layer] : [];
  });

/** "Kaiming normal, fan in", or all schemes of a mixed network. */
const titleOf = (spec: NetworkSpec): string =>
  [...new Set(linearSpecs(spec.layers).map(drawTitle))].join(" + ");

const DIGITS = 4;

/** "Xavier normal, gain 1.667", "normal, standard deviation 0.02". */
function drawTitle({ init, gain = 1 }: Extract<TrainLayerSpec, { type: "linear" }>): string {
  if (gain === 1) return INITIALISATIONS[init];
  const factor = String(Number(gain.toPrecision(DIGITS)));
  return init === "normal"
    ? `normal, standard deviation ${factor}`
    : `${INITIALISATIONS[init]}, gain ${factor}`;
}

/** The numbers that a list of runs shows; of a measurement that was cut short there are none. */
function summaryOf(sides: readonly InitSide[]): Quantities {
  const [side] = sides;
  if (side === undefined) return {};
  const { layers, loss } = side;
  const last = layers.at(-2)?.activation.std;
  const broken = sides.flatMap(({ title, layers: ofSide }) =>
    ofSide.flatMap(({ position, activation, gradient }): [string, number][] => [
      [`activation ${position} of ${title}`, activation.nan + activation.infinite > 0 ? NaN : 0],
      [`gradient ${position} of ${title}`, (gradient?.nan ?? 0) + (gradient?.infinite ?? 0) > 0 ? NaN : 0],
    ]),
  );
  return noteNotFinite(
    {
      layers: layers.length,
      loss,
      ...(last === undefined ? {} : { lastStd: last }),
      bad: layers.filter(({ light }) => light.verdict === "bad").length,
    },
    broken,
  );
}

/** Initialisation as the lab offers it: looking at networks just drawn, without and with a run. */
export class InitLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #data: DataRows;
  readonly #pace = new MeasuredPace();

  constructor(services: LabServices, supervisor: RunSupervisor, data: DataRows) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#data = data;
  }

  presets(): readonly InitPreset[] {
    const threads = this.#services.engine.workers;
    return INIT_PRESETS.map((preset) => ({ ...preset, settings: { ...preset.settings, threads } }));
  }

  /** What measuring and saving will take. */
  forecast(settings: InitSettings): Forecast {
    return this.#expected(settings).forecast;
  }

  /** Draws networks and looks at every layer; leaves no run. @throws {ContractError} If another activity is on. @throws {OutOfMemoryError} */
  async measure(settings: InitSettings): Promise<InitReport> {
    const { ms } = this.#requireRoom(settings);
    return this.#supervisor.work("init", MEASURING_TITLE, () => this.#report(settings, ms));
  }

  /** The same as a run. @throws {ContractError} If another activity is on. @throws {OutOfMemoryError} */
  save(settings: InitSettings): StartedRun {
    const expected = this.#requireRoom(settings);
    const { network: spec, otherwise, threads } = settings;
    const title = networkTitle(networkOf(spec));
    let sides: readonly InitSide[] = [];
    return this.#supervisor.start(
      `Initialisation, ${title}`,
      {
        create: {
          kind: "init",
          name: `${title}, ${titleOf(spec)}`,
          threads,
          rows: spec.data.rows,
          config: {
            network: title,
            scheme: titleOf(spec),
            seed: spec.seed,
            rows: spec.data.rows,
            threads,
            split: spec.data.split,
            otherwise: otherwise === null ? "none" : INITIALISATIONS[otherwise],
            gradients: settings.gradients,
          },
        },
      },
      async (runId) => {
        const report = await this.#report(settings, expected.ms);
        ({ sides } = report);
        this.#services.store.saveReport(runId, report);
      },
      () => summaryOf(sides),
      expected.forecast.tensorBytes,
    );
  }

  /** @throws {StoreError} If there is no such run. */
  get({ runId }: { readonly runId: string }): InitRecord {
    return this.#services.store.getReport(runId, "init", initReportSchema);
  }

  /** A preset's layer over 30 seeds. @throws {ContractError} If there is no such preset, or another activity is on. */
  async band({ id }: Pick<InitPreset, "id">): Promise<InitBand> {
    const preset = this.presets().find((one) => one.id === id);
    if (preset === undefined) throw new ContractError(`there is no preset "${id}"`);
    const { settings, position } = preset;
    const found: { mean: number; std: number }[] = [];
    await this.#supervisor.work("init", `${preset.title}, ${SEEDS} seeds`, async (activity) => {
      for (let seed = 0; seed < SEEDS; seed++) {
        activity.checkpoint();
        activity.progress(seed / SEEDS);
        const network = { ...settings.network, seed };
        const side = await this.#side(network, { ...settings, gradients: false });
        const layer = side.layers[position - 1];
        if (layer !== undefined) found.push(layer.activation);
      }
    });
    const bandOf = (values: number[]): InitBand["mean"] => {
      const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
      const width = BAND * Math.sqrt(squares / (values.length - 1));
      return { values, lo: middle - width, hi: middle + width };
    };
    return {
      id,
      mean: bandOf(found.map(({ mean }) => mean)),
      std: bandOf(found.map(({ std }) => std)),
    };
  }

  async #report(settings: InitSettings, expectedMs: number): Promise<InitReport> {
    const startedMs = performance.now();
    const { network, otherwise } = settings;
    const specs = otherwise === null ? [network] : [network, drawnBy(network, otherwise)];
    const sides: InitSide[] = [];
    for (const spec of specs) sides.push(await this.#side(spec, settings));
    this.#pace.add(performance.now() - startedMs, expectedMs);
    return { settings, sides, notes: notesOf(settings) };
  }

  async #side(spec: NetworkSpec, { gradients, threads }: InitSettings): Promise<InitSide> {
    const { engine } = this.#services;
    const data = await this.#data.rows(spec.data);
    const drawn = { network: networkOf(spec), schemes: schemesOf(spec), seed: spec.seed };
    const weights = await drawNetwork(engine, drawn, { rows: () => Promise.resolve(data), threads });
    return measureNetwork(engine, spec, { title: titleOf(spec), weights, data, gradients, threads });
  }

  /** @returns What it will take. @throws {ContractError} @throws {OutOfMemoryError} */
  #requireRoom(settings: InitSettings): ReturnType<typeof forecastInit> {
    requireFits(settings.network, this.#services.dataset(settings.network.data.name));
    const expected = this.#expected(settings);
    const { refusal } = expected.forecast;
    if (refusal !== "") throw new OutOfMemoryError(refusal);
    return expected;
  }

  #expected(settings: InitSettings): ReturnType<typeof forecastInit> {
    const { engine, dataset } = this.#services;
    return forecastInit(settings, dataset(settings.network.data.name), engine, this.#pace.factor);
  }
}

function notesOf({ network, otherwise, gradients }: InitSettings): string[] {
  const schemes = otherwise === null ? schemesOf(network) : [...schemesOf(network), otherwise];
  const notes: string[] = [];
  if (schemes.includes("zeros") || schemes.includes("constant")) {
    notes.push(
      "With equal weights all units of a layer compute the same and get the same gradient: they stay alike for ever.",
    );
  }
  if (schemes.includes("lsuv")) {
    notes.push("LSUV looks at the data while it draws: its layers have standard deviation 1 on these rows.");
  }
  const byHand = network.layers.flatMap((layer) =>
    layer.type === "ownLayer" && layer.backward !== undefined && layer.layers.length > 1 ? [layer.name] : [],
  );
  if (gradients && byHand.length > 0) {
    notes.push(
      `Between the layers inside ${[...new Set(byHand)].join(" and ")} no gradient is shown: the backward of its own gives only what comes out of the whole.`,
    );
  }
  return notes;
}
