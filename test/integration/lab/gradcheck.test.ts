import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SEEDED_BUG_NAMES, type SeededBug } from "../../../src/core/network/seeded-bug.ts";
import { randomStream, type RandomStream } from "../../../src/core/random/random-stream.ts";
import { readParameters } from "../../../src/main/data/read-parameters.ts";
import { readNpy } from "../../../src/main/data/read-npy.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { float64Reference } from "../../../src/main/lab/gradcheck/float64-reference.ts";
import { computeGradients } from "../../../src/main/lab/compute/network-setup.ts";
import { DatasetLibrary } from "../../../src/main/lab/datasets/dataset-library.ts";
import { DataRows } from "../../../src/main/lab/compute/data-rows.ts";
import {
  GRADIENT_REFERENCES,
  type GradcheckRecord,
  type GradcheckSettings,
} from "../../../src/shared/experiments/gradcheck.ts";
import type { LayerSpec } from "../../../src/shared/specs/layer-spec.ts";
import {
  DEEP_CLASSIFIER,
  networkOf,
  NOTEBOOK_NETWORK,
  type NetworkSpec,
} from "../../../src/shared/specs/network-spec.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { THOROUGH, times } from "../../thorough.ts";
import { startEngine } from "../engine/start-engine.ts";
import { GOLDEN_FOLDER, openTestLab, type TestLab } from "./open-test-lab.ts";
import { unwatchedActivity } from "./unwatched-activity.ts";

const golden = JSON.parse(readFileSync(join(GOLDEN_FOLDER, "golden.json"), "utf8")) as {
  readonly deep: Readonly<Record<string, number>>;
};

const rows = (network: NetworkSpec, count: number): NetworkSpec => ({
  ...network,
  data: { ...network.data, rows: count },
});
const settings = (changed: Partial<GradcheckSettings>): GradcheckSettings => ({
  network: rows(NOTEBOOK_NETWORK, 64),
  references: ["float64"],
  bug: null,
  coordinates: 20,
  tolerance: "strict",
  threads: 2,
  ...changed,
});

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(2);
});
afterAll(async () => {
  await test.close();
});

async function check(
  changed: Partial<GradcheckSettings>,
  weights: Parameters<TestLab["lab"]["gradcheck"]["start"]>[1] = null,
): Promise<GradcheckRecord> {
  const run = await test.lab.gradcheck.start(settings(changed), weights).done;
  expect(run).toMatchObject({ kind: "gradcheck", status: "finished", failure: null });
  return test.lab.gradcheck.get({ runId: run.id });
}

describe("PyTorch's classifier", () => {
  it("has its loss to 1e-6 and its six gradients to 1e-4 on the engine, its norms to 1e-9 in float64", async () => {
    const engine: Engine = await startEngine(2);
    const data = new DataRows(
      engine,
      new DatasetLibrary({ root: "no-such-folder", resourcesDir: resolve("resources") }),
    );
    const scope = engine.arena.scope();
    const network = networkOf(DEEP_CLASSIFIER);
    const computed = await computeGradients(engine, scope, {
      network,
      bug: null,
      threads: 2,
      data: await data.rows(DEEP_CLASSIFIER.data),
      given: await readParameters(network, GOLDEN_FOLDER, "deep_"),
    });
    expect(Math.abs(computed.loss / golden.deep["loss"] - 1)).toBeLessThan(1e-6);
    for (const name of Object.keys(computed.parameters)) {
      const ours = viewOf(engine.arena.memory, computed.gradients[name], "float32");
      const theirs = (await readNpy(join(GOLDEN_FOLDER, `deep_${name}_grad.npy`))).data;
      const largest = Math.max(...Array.from(theirs, Math.abs));
      ours.forEach((value, i) => {
        expect(Math.abs(value - theirs[i]), `${name}[${i}]`).toBeLessThan(
          1e-4 * Math.abs(theirs[i]) + 1e-6 * largest,
        );
      });
    }
    const reference = await float64Reference(
      {
        engine,
        scope,
        computed,
        settings: settings({ network: DEEP_CLASSIFIER }),
        onReport: () => undefined,
        activity: unwatchedActivity(),
      },
      "engine",
    );
    expect(Math.abs(reference.loss / golden.deep["loss"] - 1)).toBeLessThan(1e-9);
    for (const name of Object.keys(computed.parameters)) {
      const norm = Math.hypot(...viewOf(engine.arena.memory, reference.gradients[name], "float64"));
      expect(Math.abs(norm / golden.deep[`${name}_grad_norm`] - 1), name).toBeLessThan(1e-9);
    }
    scope.release();
    data.release();
    await engine.close();
  });

  // The same reference as above, and given weights as in case 07.
  it.skipIf(!THOROUGH)("passes the check with PyTorch's own weights", async () => {
    const weights = await readParameters(networkOf(DEEP_CLASSIFIER), GOLDEN_FOLDER, "deep_");
    const { report } = await check(
      { network: DEEP_CLASSIFIER, coordinates: 5, references: ["float64"] },
      weights,
    );
    expect(Math.abs(report.referenceLoss / golden.deep["loss"] - 1)).toBeLessThan(1e-9);
    expect(report.passed).toBe(true);
  });
});

describe("Lab.gradcheck.start()", () => {
  it("passes the notebook's network against every reference, and saves the report", async () => {
    const told: string[] = [];
    const stop = test.lab.subscribe((event) => {
      if (event.name === "gradientReported")
        told.push(`${event.payload.report.reference} ${event.payload.report.tensor}`);
    });
    const { runId, report } = await check({ references: [...GRADIENT_REFERENCES], coordinates: 5 });
    stop();
    const expected = GRADIENT_REFERENCES.flatMap((reference) =>
      ["x", "w1", "b1", "w2", "b2"].map((tensor) => `${reference} ${tensor}`),
    );
    expect(told).toEqual(expected);
    expect(report.reports.map(({ reference, tensor }) => `${reference} ${tensor}`)).toEqual(expected);
    expect(report.passed).toBe(true);
    expect(report.notes.join()).toMatch(/computed again with the whole loss .* agree/);
    for (const one of report.reports) {
      expect(one.relNorm, `${one.reference} ${one.tensor}`).toBeLessThan(1e-5);
      expect(one.cosine).toBeGreaterThan(0.999999);
      expect(one.scatter.length).toBeGreaterThan(0);
      expect(one.errors.exact + one.errors.counts.reduce((sum, count) => sum + count, 0)).toBe(
        one.coordinates,
      );
    }
    const w1 = report.reports.find(({ reference, tensor }) => reference === "float64" && tensor === "w1")!;
    expect(w1.heatMap).toMatchObject({ rows: 64, columns: 50 });
    expect(w1.worst.index).toHaveLength(2);
    const details = test.lab.runs.get({ runId });
    expect(details.gradientChecks).toHaveLength(20);
    expect(details.run.summary["passed"]).toBe(true);
    const path = join(test.folder, "checks.csv");
    expect(await test.lab.runs.export({ what: "gradchecks", runIds: [runId], path })).toBe(20);
    const csv = parse<Record<string, string>>(readFileSync(path), { columns: true });
    expect(csv.map(({ rel_max }) => Number(rel_max))).toEqual(report.reports.map(({ relMax }) => relMax));
  });

  // Every bug of plain layers finds a place here: there is a square layer.
  const square: NetworkSpec = {
    ...DEEP_CLASSIFIER,
    layers: [
      { type: "linear", in: 784, out: 20, init: "kaimingNormal" },
      { type: "relu", shift: 0 },
      { type: "linear", in: 20, out: 20, init: "kaimingNormal" },
      { type: "relu", shift: 0 },
      { type: "linear", in: 20, out: 10, init: "kaimingNormal" },
    ],
    data: { name: "mnist", split: "valid", rows: 24 },
  };

  /** For those of norms, dropout and residual blocks. */
  const general: NetworkSpec = {
    ...square,
    layers: [
      { type: "linear", in: 784, out: 20, init: "kaimingNormal" },
      { type: "batchNorm", momentum: 0.1, eps: 1e-5 },
      {
        type: "residual",
        layers: [{ type: "linear", in: 20, out: 20, init: "kaimingNormal" }, { type: "tanh" }],
      },
      { type: "dropout", rate: 0.2 },
      { type: "linear", in: 20, out: 10, init: "kaimingNormal" },
    ],
  };
  const ELSEWHERE: readonly SeededBug[] = ["dropout-mask", "norm-statistics", "skip-path"];
  /** One of each network: a thread of TensorFlow.js for every bug would take as long as all else. */
  const BY_TFJS: readonly SeededBug[] = ["input-8-percent", "skip-path", "product-rule"];
  const gated: NetworkSpec = {
    ...square,
    layers: [
      { type: "linear", in: 784, out: 20, init: "kaimingNormal" },
      {
        type: "product",
        left: [{ type: "linear", in: 20, out: 20, init: "kaimingNormal" }, { type: "sigmoid" }],
        right: [{ type: "linear", in: 20, out: 20, init: "kaimingNormal" }],
      },
      { type: "linear", in: 20, out: 10, init: "kaimingNormal" },
    ],
  };

  it.each(SEEDED_BUG_NAMES)(
    "catches %s by float64, central differences and directions, and some by TensorFlow.js",
    async (bug: SeededBug) => {
      const blocks = ELSEWHERE.includes(bug) ? general : square;
      const network = bug === "product-rule" ? gated : blocks;
      const references = GRADIENT_REFERENCES.filter(
        (reference) => THOROUGH || reference !== "tfjs" || BY_TFJS.includes(bug),
      );
      const { report } = await check({ network, bug, references, coordinates: 4 });
      expect(report.passed).toBe(false);
      expect(report.notes[0]).toMatch(/has a bug on purpose/);
      for (const reference of references) {
        const failed = report.reports.filter(
          (one) => one.reference === reference && one.verdict === "failed",
        );
        expect(
          failed.map(({ tensor }) => tensor),
          reference,
        ).not.toEqual([]);
      }
    },
  );

  it("says when a bug finds no place, and that the notebook's tolerance is weak", async () => {
    const { report } = await check({ bug: "missing-transpose", tolerance: "notebook" });
    expect(report.passed).toBe(true);
    expect(report.notes[0]).toMatch(/finds no place/);
    expect(report.notes[1]).toMatch(/8 % wrong/);
  });

  it("keeps the reports it has when it is cancelled", async () => {
    const started = test.lab.gradcheck.start(
      settings({
        network: rows(NOTEBOOK_NETWORK, 64),
        references: ["float64", "finite-difference"],
        coordinates: null,
      }),
    );
    let reports = 0;
    const stop = test.lab.subscribe((event) => {
      if (event.name === "gradientReported" && ++reports === 5) test.lab.activity.cancel();
    });
    const run = await started.done;
    stop();
    expect(run.status).toBe("cancelled");
    expect(test.lab.gradcheck.get({ runId: run.id }).report.reports).toHaveLength(5);
  });
});

const pick = <T>(stream: RandomStream, from: readonly T[]): T =>
  from[Math.floor(stream.next() * from.length)];

/** A correct network of up to six linear layers with any activations and either loss. */
function randomNetwork(number: number): NetworkSpec {
  const stream = randomStream(2_026, number);
  const loss = pick(stream, ["mse", "mseOneHot", "crossEntropy"] as const);
  const depth = 1 + Math.floor(stream.next() * 6);
  const layers: LayerSpec[] = [];
  let width = 784;
  for (let layer = 0; layer < depth; layer++) {
    const last = layer === depth - 1;
    const out = last ? (loss === "mse" ? 1 : 10) : 1 + Math.floor(stream.next() * 24);
    layers.push({
      type: "linear",
      in: width,
      out,
      init: pick(stream, ["kaimingNormal", "xavierUniform", "torchLinear"] as const),
    });
    width = out;
    if (last) break;
    layers.push(
      pick<LayerSpec>(stream, [
        { type: "relu", shift: 0 },
        { type: "relu", shift: 0.5 },
        { type: "leakyRelu", slope: 0.1 },
        { type: "tanh" },
        { type: "sigmoid" },
        { type: "gelu" },
        { type: "softplus" },
      ]),
    );
  }
  const data = {
    name: "mnist",
    split: pick(stream, ["train", "valid"] as const),
    rows: 1 + Math.floor(stream.next() * 32),
  } as const;
  return { layers, loss, data, seed: number, labelSmoothing: number % 3 === 0 ? 0.1 : 0 };
}

const RANDOM_NETWORKS = times(8, 200);
it(`accuses none of ${RANDOM_NETWORKS} random correct networks`, async () => {
  const accused: string[] = [];
  for (let number = 0; number < RANDOM_NETWORKS; number++) {
    const { report } = await check({
      network: randomNetwork(number),
      references: ["float64", "finite-difference"],
      coordinates: 6,
    });
    for (const { verdict, reference, tensor, reason } of report.reports) {
      if (verdict === "failed") accused.push(`${number} ${report.title} ${reference} ${tensor}: ${reason}`);
    }
  }
  expect(accused).toEqual([]);
}, 300_000);
