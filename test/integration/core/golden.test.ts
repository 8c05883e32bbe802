import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { compareGradients, finishComparison } from "../../../src/core/gradient-check.ts";
import { networkDifferences } from "../../../src/core/reference/network-differences.ts";
import {
  networkGradients,
  type NetworkGradients,
  type NetworkRows,
} from "../../../src/core/reference/network-gradients.ts";
import { referencePass, type ReferencePass } from "../../../src/core/reference/network-pass.ts";
import { sampleCoordinates } from "../../../src/core/reference/sample-coordinates.ts";
import { MnistSource } from "../../../src/main/lab/datasets/mnist-source.ts";
import { notebookNetwork } from "../../../src/main/lab/compute/notebook-network.ts";
import { times } from "../../thorough.ts";
import { readNpy } from "../../../src/main/data/read-npy.ts";

const ROWS = 50_000;
const IN_FEATURES = 784;
const WEIGHTS = ["w1", "b1", "w2", "b2"] as const;

interface Golden {
  readonly train_mean: number;
  readonly train_std: number;
  readonly notebook: Readonly<Record<string, number>>;
}

const golden = JSON.parse(await readFile("test/golden/golden.json", "utf8")) as Golden;
const array = async (name: string) => (await readNpy(`test/golden/notebook_${name}.npy`)).data;

function norm(values: Float64Array): number {
  let sum = 0;
  // A callback for each of 39,200,000 would take most of a second.
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** Mean and standard deviation (n − 1) of pixels / 256, from how often each value occurs: hardly any rounding. */
function pixelStatistics(images: Uint8Array): { mean: number; std: number } {
  const counts = new Float64Array(256);
  for (const pixel of images) counts[pixel]++;
  const mean = counts.reduce((sum, count, pixel) => sum + count * (pixel / 256), 0) / images.length;
  const squares = counts.reduce((sum, count, pixel) => sum + count * (pixel / 256 - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (images.length - 1)) };
}

describe("the float64 reference on all 50,000 images", () => {
  let statistics: { mean: number; std: number };
  let pass: ReferencePass;
  let rows: NetworkRows;
  let result: NetworkGradients;
  const dx = new Float64Array(ROWS * IN_FEATURES);

  beforeAll(async () => {
    const mnist = new MnistSource("resources");
    const training = await mnist.features(0, ROWS);
    statistics = pixelStatistics(training);
    const normalized = Float32Array.from(
      { length: 256 },
      (_, pixel) => (pixel / 256 - statistics.mean) / statistics.std,
    );
    const x = new Float32Array(training.length);
    for (let i = 0; i < x.length; i++) x[i] = normalized[training[i]]!;
    rows = { x, y: await mnist.targets(0, ROWS) };
    const [w1, b1, w2, b2] = (await Promise.all(WEIGHTS.map(array))).map((values) =>
      Float64Array.from(values),
    );
    pass = referencePass(notebookNetwork(0.5), { w1, b1, w2, b2 });
    result = networkGradients(pass, rows, { meanOver: ROWS, dx });
  }, 120_000);

  it("has PyTorch's data statistics", () => {
    expect(Math.abs(statistics.mean / golden.train_mean - 1)).toBeLessThan(1e-9);
    expect(Math.abs(statistics.std / golden.train_std - 1)).toBeLessThan(1e-9);
  });

  it("has PyTorch's loss and gradient norms to 1e-9", () => {
    expect(Math.abs(result.loss / golden.notebook["loss"] - 1)).toBeLessThan(1e-9);
    for (const name of WEIGHTS) {
      expect(
        Math.abs(norm(result.gradients[name]) / golden.notebook[`${name}_grad_norm`] - 1),
        name,
      ).toBeLessThan(1e-9);
    }
    expect(Math.abs(norm(dx) / golden.notebook["xg_norm"] - 1)).toBeLessThan(1e-9);
  });

  it("has PyTorch's gradients element by element, as far as float32 holds them", async () => {
    const pairs = await Promise.all(
      WEIGHTS.map(async (name) => [name, await array(`${name}_grad`), result.gradients[name]] as const),
    );
    const first32 = await array("x_grad_first32");
    for (const [name, theirs, ours] of [...pairs, ["x", first32, dx.subarray(0, first32.length)] as const]) {
      const { relMax, relNorm } = finishComparison(compareGradients(ours, theirs));
      expect(Math.max(relMax, relNorm), name).toBeLessThan(1e-6);
    }
  });

  it("agrees with its own central differences, on the first of them", () => {
    const count = times(5_000, ROWS);
    const first = { x: rows.x.subarray(0, count * IN_FEATURES), y: rows.y.subarray(0, count) };
    const firstDx = new Float64Array(first.x.length);
    const { gradients } = networkGradients(pass, first, { meanOver: count, dx: firstDx });
    const sizes = { x: firstDx.length, w1: 39_200, b1: 50, w2: 50, b2: 1 };
    const coordinates = sampleCoordinates(1, sizes, times(3, 20));
    const found = networkDifferences(pass, first, { meanOver: count, firstRow: 0, coordinates });
    for (const name of ["x", ...WEIGHTS] as const) {
      const gradient = name === "x" ? firstDx : gradients[name];
      const chosen = coordinates[name].map((index) => gradient[index]);
      const { relMax } = finishComparison(compareGradients(chosen, found.derivatives[name]));
      // A row that crosses a kink adds its own small gradient to the difference.
      expect(relMax, name).toBeLessThan(1e-4);
    }
  });
});
