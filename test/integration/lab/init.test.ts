import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InitSettings } from "../../../src/shared/experiments/init.ts";
import type { Initialisation, LayerSpec } from "../../../src/shared/specs/layer-spec.ts";
import type { NetworkSpec } from "../../../src/shared/specs/network-spec.ts";
import { openTestLab, type TestLab } from "./open-test-lab.ts";

/** `depth` layers of 50 units with one activation between them. */
function network(depth: number, init: Initialisation, activation: LayerSpec, rows = 500): NetworkSpec {
  const layers = Array.from({ length: depth }, (_, index): LayerSpec[] => {
    const last = index === depth - 1;
    const linear: LayerSpec = { type: "linear", in: index === 0 ? 784 : 50, out: last ? 10 : 50, init };
    return last ? [linear] : [linear, activation];
  }).flat();
  return { layers, loss: "crossEntropy", data: { name: "mnist", split: "valid", rows }, seed: 1 };
}

const settings = (spec: NetworkSpec, changed: Partial<InitSettings> = {}): InitSettings => ({
  network: spec,
  otherwise: null,
  gradients: true,
  threads: 2,
  ...changed,
});
const RELU: LayerSpec = { type: "relu", shift: 0 };

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(2);
});
afterAll(async () => {
  await test.close();
});

describe("Lab.init.measure()", () => {
  it("gives the notebook's first layers: √2 between cells 12 and 15, the mean 0.5 lower in cell 18", async () => {
    const presets = test.lab.init.presets();
    expect(presets.map(({ id }) => id)).toEqual(["cell-12", "cell-15", "cell-16", "cell-18"]);
    const found = [];
    for (const preset of presets) {
      const { sides } = await test.lab.init.measure(preset.settings);
      found.push(sides[0].layers[preset.position - 1].activation);
    }
    expect(found[1].mean / found[0].mean).toBeCloseTo(Math.SQRT2, 5);
    expect(found[1].std / found[0].std).toBeCloseTo(Math.SQRT2, 5);
    expect(found[3].mean).toBeCloseTo(found[1].mean - 0.5, 5);
    expect(found[3].std).toBeCloseTo(found[1].std, 5);
    // The band of 300 draws that the notebook is judged by.
    expect(found[0].std).toBeGreaterThan(0.45);
    expect(found[0].std).toBeLessThan(0.7);
    expect(found[0].histogram.counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0.95 * 500_000);
  });

  it("sees a plain normal explode, small weights vanish, and Kaiming keep alive", async () => {
    const explode = await test.lab.init.measure(settings(network(30, "normal", RELU)));
    expect(explode.sides[0].layers.at(-2)).toMatchObject({ light: { verdict: "bad" } });
    expect(explode.sides[0].layers.at(-2)!.activation.std).toBeGreaterThan(1e6);
    const vanish = await test.lab.init.measure(settings(network(30, "scaledNormal", RELU)));
    expect(vanish.sides[0].layers.at(-2)!.light.reason).toMatch(/vanished/);
    const { sides } = await test.lab.init.measure(
      settings(network(30, "kaimingNormal", RELU), { otherwise: "orthogonal" }),
    );
    expect(sides.map(({ title }) => title)).toEqual(["Kaiming normal, fan in", "orthogonal"]);
    const { std } = sides[0].layers.at(-2)!.activation;
    expect(std).toBeGreaterThan(0.1);
    expect(std).toBeLessThan(10);
    expect(sides[0].layers[0].gradient!.std).toBeGreaterThan(0);
  });

  it("counts dead units, saturation, NaN and infinities", async () => {
    const overflow = await test.lab.init.measure(settings(network(100, "normal", RELU, 64)));
    const last = overflow.sides[0].layers.at(-2)!;
    expect(last.activation.nan + last.activation.infinite).toBeGreaterThan(0);
    expect(last.light.rule).toMatch(/NaN or infinite/);
    const tanh = await test.lab.init.measure(settings(network(4, "normal", { type: "tanh" })));
    expect(tanh.sides[0].layers[1].activation.saturatedShare).toBeGreaterThan(0.5);
    expect(tanh.sides[0].layers[1].light.reason).toMatch(/saturated/);
    const zeros = await test.lab.init.measure(settings(network(3, "zeros", RELU)));
    expect(zeros.sides[0].layers[1].activation).toMatchObject({ neverActiveShare: 1, zeroShare: 1, std: 0 });
    expect(zeros.notes[0]).toMatch(/stay alike/);
  });

  it("draws by LSUV layers of unit variance, the same on one thread and two", async () => {
    const spec = network(5, "lsuv", RELU);
    const two = (await test.lab.init.measure(settings(spec))).sides[0];
    const one = (await test.lab.init.measure(settings(spec, { threads: 1 }))).sides[0];
    for (const [index, { type, activation }] of two.layers.entries()) {
      if (type === "linear") expect(Math.abs(activation.std - 1)).toBeLessThan(1e-3);
      expect(one.layers[index].activation.std).toBeCloseTo(activation.std, 5);
    }
  });

  it("gives the same weights for the same seed, and others for another", async () => {
    const spec = network(3, "kaimingNormal", { type: "gelu" });
    const loss = async (changed: Partial<NetworkSpec>, threads: number): Promise<number> =>
      (await test.lab.init.measure(settings({ ...spec, ...changed }, { threads }))).sides[0].loss;
    const first = await loss({}, 2);
    expect(await loss({}, 2)).toBe(first);
    expect(await loss({}, 1)).toBeCloseTo(first, 5);
    expect(await loss({ seed: 2 }, 2)).not.toBeCloseTo(first, 3);
  });
});

describe("Lab.init.save()", () => {
  it("keeps the report as a run", async () => {
    const run = await test.lab.init.save(settings(network(3, "xavierUniform", { type: "sigmoid" }))).done;
    expect(run).toMatchObject({ kind: "init", status: "finished", failure: null });
    const { report } = test.lab.init.get({ runId: run.id });
    expect(report.sides[0].layers).toHaveLength(5);
    expect(() => test.lab.gradcheck.get({ runId: run.id })).toThrow(
      /is of the kind init; expected one of the kind gradcheck/,
    );
  });

  it("exports a row a side and layer with all statistics, beside runs of other kinds", async () => {
    const given = settings(network(2, "kaimingNormal", { type: "tanh" }), { otherwise: "zeros" });
    const { id } = await test.lab.init.save(given).done;
    const forward = await test.lab.init.save({ ...given, otherwise: null, gradients: false }).done;
    const path = join(test.folder, "layers.csv");
    const { sides } = test.lab.init.get({ runId: id }).report;
    const layers = sides[0].layers.length;
    expect(await test.lab.runs.export({ what: "layers", runIds: [id, forward.id], path })).toBe(
      3 * (1 + layers),
    );
    const rows = parse<Record<string, string>>(readFileSync(path), { columns: true });
    const second = rows.filter(({ run_id, side }) => run_id === id && side === "2");
    expect(second.map(({ position }) => Number(position))).toEqual([...Array(layers + 1).keys()]);
    expect(second.map(({ scheme }) => scheme)).toContain("all zeros");
    const { activation, gradient, weightStd, light } = sides[0].layers[1];
    expect(rows[2]).toMatchObject({
      layer: "tanh",
      activation_std: String(activation.std),
      activation_saturated_share: String(activation.saturatedShare),
      gradient_max: String(gradient?.max),
      weight_std: weightStd === null ? "" : String(weightStd),
      verdict: light.verdict,
      source: light.source,
    });
    expect(rows.at(-1)).toMatchObject({ run_id: forward.id, gradient_std: "" });
  });
});

describe("Lab.init.band()", () => {
  it("draws 30 seeds, whose band holds the notebook's number", async () => {
    const { mean, std } = await test.lab.init.band({ id: "cell-12" });
    expect(mean.values).toHaveLength(30);
    expect(std.lo).toBeLessThan(0.6187);
    expect(std.hi).toBeGreaterThan(0.6187 - 0.05);
    expect(new Set(std.values).size).toBe(30);
  });
});
