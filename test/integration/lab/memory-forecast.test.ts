import { afterAll, beforeAll, expect, it } from "vitest";
import type { StartedRun } from "../../../src/main/lab/activity/experiment.ts";
import { INIT_PRESETS } from "../../../src/main/lab/init/init-presets.ts";
import { MEMORY_QUANTITIES } from "../../../src/shared/runs/memory-quantities.ts";
import type { RunSummary } from "../../../src/shared/runs/run-records.ts";
import type { NetworkSpec } from "../../../src/shared/specs/network-spec.ts";
import { TRAIN_PRESETS } from "../../../src/shared/specs/train-presets.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { openTestLab, runSeedNotebook, type TestLab } from "./open-test-lab.ts";

const THREADS = 2;
/** Of what is measured. */
const MOST_OFF = 0.15;

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(THREADS);
});
afterAll(() => test.close());

const MEASURED: Record<string, string> = {};
afterAll(() => {
  process.stdout.write(`${JSON.stringify(MEASURED, null, 2)}\n`);
});

function expectWithin(kind: string, forecast: number, peak: number): void {
  const told = `${kind}: forecast ${forecast} B, measured ${peak} B`;
  MEASURED[kind] = `${(forecast / 1e6).toFixed(1)} MB forecast, ${(peak / 1e6).toFixed(1)} MB measured`;
  expect(Math.abs(forecast / peak - 1), told).toBeLessThanOrEqual(MOST_OFF);
}

function expectForecast(kind: string, { status, failure, summary }: RunSummary): void {
  expect(status, failure ?? "").toBe("finished");
  const [forecast, peak] = [summary[MEMORY_QUANTITIES.forecast], summary[MEMORY_QUANTITIES.peak]];
  expectWithin(kind, Number(forecast), Number(peak));
  // The process holds at least what was there before, and what it holds is found out by itself.
  const [before, most] = [summary[MEMORY_QUANTITIES.rssBefore], summary[MEMORY_QUANTITIES.peakRss]];
  expect(Number(before)).toBeGreaterThan(10e6);
  expect(Number(most)).toBeGreaterThanOrEqual(Number(before));
}

const ended = async (kind: string, { done }: StartedRun): Promise<void> => {
  expectForecast(kind, await done);
};

const SMALL = TRAIN_PRESETS.small.spec;
const short = (spec: TrainSpec): TrainSpec => ({ ...spec, epochs: undefined, steps: 20 });
const network = ({ layers, loss }: TrainSpec, rows: number): NetworkSpec => ({
  layers,
  loss,
  data: { name: "mnist", split: "train", rows },
  seed: 3,
});

/** Each after the other, on what the one before has left in the arena. */
const TRAININGS: Readonly<Record<string, TrainSpec>> = {
  "training, MNIST": short(SMALL),
  "training, the same data": short({ ...SMALL, statisticsEvery: 0, batchSize: 2048 }),
  "training, few rows": short({ ...SMALL, data: { ...SMALL.data, rows: 300 }, validRows: 0 }),
  "training, norms, dropout, residual": short(TRAIN_PRESETS.normalised.spec),
  "training, drawn by looking at the data": short({
    ...SMALL,
    layers: SMALL.layers.map((layer) =>
      layer.type === "linear" ? { ...layer, init: "lsuv" as const } : layer,
    ),
  }),
  "training, a plane": short({
    ...SMALL,
    layers: [
      { type: "linear", in: 2, out: 16, init: "kaimingNormal" },
      { type: "relu", shift: 0 },
      { type: "linear", in: 16, out: 2, init: "kaimingNormal" },
    ],
    data: { name: "toy-spirals-500-10-1", split: "train", rows: 300 },
    validRows: 50,
  }),
};

it.each(Object.entries(TRAININGS))(
  "%s: memory is forecast within 15 %% of what is measured",
  async (kind, spec) => {
    await ended(kind, test.lab.training.start({ spec, threads: THREADS }));
  },
);

it("a sweep's trainings, a profile", async () => {
  const requests = [1, 2].map((seed) => ({ spec: { ...short(SMALL), seed }, threads: 1 }));
  const ids = new Set(test.lab.training.enqueue({ requests, note: "seed 1, 2" }).map(({ id }) => id));
  expect(ids.size).toBe(2);
  await expect.poll(() => test.lab.training.queueGet().length, { timeout: 60_000 }).toBe(0);
  await expect.poll(() => test.lab.activity.state(), { timeout: 60_000 }).toBeNull();
  const swept = test.lab.runs.list().filter(({ config }) => config["sweep"] === "seed 1, 2");
  expect(swept).toHaveLength(2);
  for (const run of swept) expectForecast("sweep", run);
  await ended("profile", test.lab.profile.start({ spec: TRAIN_PRESETS.large.spec, threads: THREADS }));
});

it.each([
  ["gradient check", SMALL, 200, ["float64", "finite-difference", "direction"]],
  ["gradient check with TensorFlow.js", SMALL, 300, ["tfjs"]],
  ["gradient check with batch norm", TRAIN_PRESETS.normalised.spec, 40, ["float64"]],
] as const)("%s", async (kind, spec, rows, references) => {
  const settings = { bug: null, coordinates: 2, tolerance: "strict", threads: THREADS } as const;
  await ended(
    kind,
    test.lab.gradcheck.start({ ...settings, network: network(spec, rows), references: [...references] }),
  );
});

it("initialisations", async () => {
  const [preset] = INIT_PRESETS;
  await ended("initialise, preset", test.lab.init.save({ ...preset.settings, threads: THREADS }));
  const given = { otherwise: null, gradients: true, threads: THREADS } as const;
  const settings = { ...given, network: network(SMALL, 10_000) };
  const { tensorBytes, seconds } = test.lab.init.forecast(settings);
  expect(seconds).toBeGreaterThan(0);
  const { done } = test.lab.init.save(settings);
  const run = await done;
  expectForecast("initialise, MNIST", run);
  expect(run.summary[MEMORY_QUANTITIES.forecast]).toBe(tensorBytes);
});

it.each<[string, NetworkSpec]>([
  ["backward, MNIST", network(SMALL, 2_000)],
  ["backward, few rows", network(SMALL, 4)],
  ["backward, norms, dropout, residual", network(TRAIN_PRESETS.normalised.spec, 300)],
  [
    "backward, drawn by looking at the data",
    network(TRAININGS["training, drawn by looking at the data"], 500),
  ],
])("%s", async (kind, spec) => {
  const settings = { network: spec, threads: THREADS };
  const { tensorBytes, seconds, refusal } = test.lab.stepper.forecast(settings);
  expect([refusal, Number.isFinite(seconds)]).toEqual(["", true]);
  const { memory } = await test.lab.stepper.trace(settings);
  expect(memory.forecastBytes).toBe(tensorBytes);
  expectWithin(kind, memory.forecastBytes, memory.peakBytes);
});

it("what does not fit the machine or its data is refused before it starts", async () => {
  const given = { otherwise: null, gradients: true, threads: THREADS } as const;
  const wide = network(
    {
      ...SMALL,
      layers: [
        { type: "linear", in: 784, out: 100_000, init: "kaimingNormal" },
        { type: "relu", shift: 0 },
        { type: "linear", in: 100_000, out: 10, init: "kaimingNormal" },
      ],
    },
    50_000,
  );
  const unfit = network(TRAININGS["training, a plane"], 100);
  for (const [spec, why] of [
    [wide, /^This needs [\d.]+ GB and [\d.]+ GB are free\. Use fewer rows/],
    [unfit, /^MNIST: /],
  ] as const) {
    expect(test.lab.stepper.forecast({ network: spec, threads: THREADS }).refusal).toMatch(why);
    expect(test.lab.init.forecast({ ...given, network: spec }).refusal).toMatch(why);
    await expect(test.lab.stepper.trace({ network: spec, threads: THREADS })).rejects.toThrow(why);
    expect(() => test.lab.init.save({ ...given, network: spec })).toThrow(why);
  }
});

it("ladder and stages", async () => {
  const ladder = { scaling: false, threads: THREADS, budgetSeconds: 0.2, seed: 1 } as const;
  const shape = { m: 700, k: 300, n: 900 };
  await ended("ladder", test.lab.ladder.start({ ...ladder, preset: "custom", shape }));
  await ended("stages", test.lab.stages.start({ seed: 1, rows: 1_000, threads: THREADS, samples: 1 }));
  await ended("stages, few rows", test.lab.stages.start({ seed: 1, rows: 200, threads: 1, samples: 1 }));
});

/** The seed notebook's cell that goes backward first: what follows needs no more memory. */
const BACKWARD = "c29";

it("notebooks, from their second run on", async () => {
  const first = await runSeedNotebook(test.lab, { rows: 100, last: BACKWARD });
  expect(first.run.summary[MEMORY_QUANTITIES.forecast]).toBeUndefined();
  expect(first.run.summary[MEMORY_QUANTITIES.peak]).toBeGreaterThan(1e6);
  expectForecast("notebook", (await runSeedNotebook(test.lab, { rows: 100, seed: 8, last: BACKWARD })).run);
}, 300_000);

it("what other experiments have left in the arena is not counted", async () => {
  const spec = short({ ...SMALL, seed: 9 });
  const alone = await test.lab.training.start({ spec, threads: THREADS }).done;
  const again = await test.lab.training.start({ spec, threads: THREADS, again: true }).done;
  expect(again.summary[MEMORY_QUANTITIES.peak]).toBe(alone.summary[MEMORY_QUANTITIES.peak]);
});
