import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readWeights } from "../../../src/main/cli/read-weights.ts";
import { readNpy } from "../../../src/main/data/read-npy.ts";
import { NOTEBOOK_DEFAULTS } from "../../../src/shared/experiments/notebook.ts";
import type { RunDetails } from "../../../src/shared/runs/run-records.ts";
import { GOLDEN_FOLDER, openTestLab, type TestLab } from "./open-test-lab.ts";

interface Golden {
  readonly train_mean: number;
  readonly train_std: number;
  readonly normalized: Readonly<Record<"train_mean" | "train_std" | "valid_mean" | "valid_std", number>>;
  readonly notebook: Readonly<Record<string, number>> & {
    readonly valid_first_layer_plain_relu: { readonly mean: number; readonly std: number };
    readonly valid_first_layer_relu_minus_half: { readonly mean: number; readonly std: number };
  };
}
const golden = JSON.parse(readFileSync(join(GOLDEN_FOLDER, "golden.json"), "utf8")) as Golden;

const relative = (ours: number, theirs: number): number => Math.abs(ours - theirs) / Math.abs(theirs);
const BACKWARD_CELLS = ["29", "43", "64"];

/** ours and theirs agree in every element: |a − b| ≤ atol + rtol |b|. */
function farthest(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < theirs.length; i++) {
    worst = Math.max(worst, Math.abs(ours[i] - theirs[i]) / (1e-5 + 1e-3 * Math.abs(theirs[i])));
  }
  return worst;
}

describe.each([1, 2])("the notebook with PyTorch's weights on %i threads", (threads) => {
  let open: TestLab;
  let details: RunDetails;
  beforeAll(async () => {
    open = await openTestLab(threads);
    const { seed, rows, samples, coordinates } = NOTEBOOK_DEFAULTS;
    const settings = { seed, rows, samples, coordinates, threads };
    const weights = await readWeights(GOLDEN_FOLDER);
    const run = await open.lab.notebook.run({ selection: { kind: "all" }, settings }, weights).done;
    expect(run.failure).toBeNull();
    details = open.lab.runs.get({ runId: run.id });
    await open.lab.notebook.saveGradients(join(open.folder, "gradients"));
  }, 600_000);
  afterAll(async () => {
    await open.close();
  });

  const measured = (cell: string): Record<string, number> =>
    details.cells.find((result) => result.cell === cell)?.measured as Record<string, number>;

  it("has PyTorch's data statistics to 1e-6", () => {
    expect(Math.abs(measured("5").trainMean - golden.train_mean)).toBeLessThan(1e-6);
    expect(Math.abs(measured("5").trainStd - golden.train_std)).toBeLessThan(1e-6);
    const { trainMean, trainStd, validMean, validStd } = measured("7");
    expect(Math.abs(trainMean - golden.normalized.train_mean)).toBeLessThan(1e-6);
    expect(Math.abs(trainStd - golden.normalized.train_std)).toBeLessThan(1e-6);
    expect(Math.abs(validMean - golden.normalized.valid_mean)).toBeLessThan(1e-6);
    expect(Math.abs(validStd - golden.normalized.valid_std)).toBeLessThan(1e-6);
  });

  it("has PyTorch's first layer and loss", () => {
    const plain = golden.notebook.valid_first_layer_plain_relu;
    expect(relative(measured("16").mean, plain.mean)).toBeLessThan(1e-5);
    expect(relative(measured("16").std, plain.std)).toBeLessThan(1e-5);
    const shifted = golden.notebook.valid_first_layer_relu_minus_half;
    expect(relative(measured("18").mean, shifted.mean)).toBeLessThan(1e-5);
    expect(relative(measured("23").loss, golden.notebook["loss"])).toBeLessThan(1e-5);
  });

  it.each(BACKWARD_CELLS)("cell %s has PyTorch's gradient norms to 1e-4", (cell) => {
    const gradients = details.cells.find((result) => result.cell === cell)!.details.gradients;
    expect(gradients.map(({ tensor }) => tensor)).toEqual(["x", "w1", "b1", "w2", "b2"]);
    for (const { tensor, norm, maxAbs } of gradients) {
      const key = tensor === "x" ? "xg_norm" : `${tensor}_grad_norm`;
      expect(relative(norm, golden.notebook[key]), tensor).toBeLessThan(1e-4);
      if (tensor === "x") expect(relative(maxAbs, golden.notebook["xg_absmax"])).toBeLessThan(1e-4);
    }
  });

  it("has PyTorch's gradients element by element", async () => {
    for (const name of ["w1", "b1", "w2", "b2"]) {
      const ours = await readNpy(join(open.folder, "gradients", `notebook_${name}_grad.npy`));
      const theirs = await readNpy(join(GOLDEN_FOLDER, `notebook_${name}_grad.npy`));
      expect(ours.shape, name).toEqual(theirs.shape);
      expect(farthest(ours.data, theirs.data), name).toBeLessThan(1);
    }
    const x = await readNpy(join(open.folder, "gradients", "notebook_x_grad.npy"));
    expect(x.shape).toEqual([50_000, 784]);
    const first32 = await readNpy(join(GOLDEN_FOLDER, "notebook_x_grad_first32.npy"));
    expect(farthest(x.data, first32.data)).toBeLessThan(1);
  });

  it("passes all 15 gradient checks against both references", () => {
    const stages = ["functions", "layer classes", "Module"];
    const checks = details.gradientChecks.filter(({ stage }) => stages.includes(stage));
    expect(checks.filter(({ reference }) => reference === "float64").length).toBe(15);
    expect(checks.filter(({ reference }) => reference === "finite-difference").length).toBe(15);
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  });

  it("executes every cell once, in order, and none fails", () => {
    expect(details.cells.map(({ order }) => order)).toEqual(details.cells.map((_, index) => index + 1));
    expect(details.cells.length).toBe(open.lab.notebook.describe().length);
    expect(details.cells.filter(({ verdict }) => verdict === "failed")).toEqual([]);
  });

  it("keeps at least five samples of every pass apart from the warm-up", () => {
    for (const stage of ["functions", "layer classes", "Module", "autograd"]) {
      for (const pass of ["forward", "backward"]) {
        const samples = details.timings.filter((timing) => timing.stage === stage && timing.pass === pass);
        expect(samples.filter(({ warmup }) => !warmup).length).toBeGreaterThanOrEqual(5);
        expect(samples.some(({ warmup }) => warmup)).toBe(true);
        expect(samples.every(({ ms }) => ms > 0)).toBe(true);
      }
    }
  });

  it("stays under 3 GB", () => {
    expect(details.run.summary["peakRssBytes"]).toBeLessThan(3e9);
  });
});
