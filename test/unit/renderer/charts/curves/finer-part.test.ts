import { describe, expect, it } from "vitest";
import type { DrawnCurve } from "../../../../../src/shared/runs/run-curves.ts";
import type { RunSummary } from "../../../../../src/shared/runs/run-records.ts";
import { noTheme } from "../no-theme.ts";
import { curvesFigure } from "../../../../../src/renderer/runs/compare/curves-figure.ts";
import {
  drawnPointsText,
  meanSpeedText,
  stepsOfStretch,
  withFinerPart,
} from "../../../../../src/renderer/charts/curves/finer-part.ts";

const curve = (runId: string, steps: readonly number[], msPerStep = 10): DrawnCurve => ({
  runId,
  metric: "loss",
  points: 1_000,
  pointsInSteps: 1_000,
  steps: Float64Array.from(steps),
  epochs: Float64Array.from(steps),
  wallMs: Float64Array.from(steps, (step) => step * msPerStep),
  values: Float64Array.from(steps, (step) => -step),
  smoothed: [Float64Array.from(steps, (step) => step / 2)],
  at: [],
});

describe("withFinerPart()", () => {
  it("puts the finer points in the place of the coarse ones between their ends", () => {
    const joined = withFinerPart(curve("a", [0, 10, 20, 30, 40]), [
      curve("b", [1, 2]),
      curve("a", [15, 16, 20, 27]),
    ]);
    expect([...joined.steps]).toEqual([0, 10, 15, 16, 20, 27, 30, 40]);
    expect([...joined.values]).toEqual([...joined.steps].map((step) => -step));
    expect([...(joined.smoothed[0] ?? [])]).toEqual([...joined.steps].map((step) => step / 2));
  });

  it("leaves a curve without a finer part as it is", () => {
    const coarse = curve("a", [0, 10]);
    expect(withFinerPart(coarse, [curve("b", [1])])).toBe(coarse);
    expect(withFinerPart(coarse, [curve("a", [])])).toBe(coarse);
  });
});

describe("stepsOfStretch()", () => {
  it("takes steps as they are, and of seconds what any of the curves has there", () => {
    const curves = [curve("a", [0, 10, 20, 30], 100), curve("b", [0, 10, 20, 30], 200)];
    const seconds = ({ wallMs }: DrawnCurve) => wallMs.map((ms) => ms / 1000);
    expect(stepsOfStretch(curves, { min: 2, max: 2.5 }, seconds)).toEqual({ from: 10, to: 30 });
  });
});

describe("drawnPointsText()", () => {
  it("counts the points within the steps, not those beside them to which the lines go on", () => {
    const part = (steps: readonly number[], pointsInSteps: number) => ({
      steps: Float64Array.from(steps),
      pointsInSteps,
    });
    const steps = { from: 10, to: 20 };
    expect(drawnPointsText(steps, [part([9, 10, 20, 21], 2)])).toBe(
      "Zoomed in: 2 recorded points, all drawn.",
    );
    expect(drawnPointsText(steps, [part([9, 12, 21], 11_000), part([10], 1)])).toBe(
      "Zoomed in: 11,001 recorded points, 2 of them drawn, every extreme among them.",
    );
    expect(drawnPointsText(steps, [part([9, 21], 0)])).toBe("Zoomed in: no recorded point.");
  });

  it("says of speeds that they are means", () => {
    const steps = { from: 10, to: 20 };
    const speeds = (drawn: readonly number[], pointsInSteps: number) =>
      meanSpeedText(steps, [{ steps: Float64Array.from(drawn), pointsInSteps }]);
    expect(speeds([9, 10, 20, 21], 2)).toBe("Zoomed in: 2 recorded steps, the speed of each.");
    expect(speeds([15, 20], 11)).toBe(
      "Zoomed in: 11 recorded steps, 2 points, each the mean speed since the point before.",
    );
  });
});

describe("curvesFigure()", () => {
  const look = (id: string) => ({ run: { id } as RunSummary, colour: 0, dash: 0, label: id });
  const figure = curvesFigure({
    metric: "loss",
    looks: [look("a"), look("b")],
    axis: "step",
    rates: [],
    smooth: false,
    curves: [curve("a", [0, 10, 20]), curve("b", [0, 9, 20])],
    readWhole: () => Promise.resolve([curve("a", [0, 1, 2])]),
  });

  it("says of other runs' values that they are near, where points between are not drawn", () => {
    expect(figure.describe(1, 0)?.lines).toEqual(["b ≈ −9", "▸ a −10"]);
    expect(figure.describe(2, 0)?.lines).toEqual(["▸ a −20", "b −20"]);
  });

  it("has a table of what is drawn, and one of every point", async () => {
    expect(figure.table().rows).toHaveLength(6);
    expect((await figure.wholeTable?.())?.rows).toEqual([
      ["a", 0, 0, -0],
      ["a", 1, 0.01, -1],
      ["a", 2, 0.02, -2],
    ]);
  });

  it("draws searches over the logarithm of their rate, up to where the loss runs away", () => {
    const steps = Array.from({ length: 20 }, (_, i) => i + 1);
    const search = (metric: string, valueOf: (step: number) => number): DrawnCurve => ({
      ...curve("a", steps),
      metric,
      values: Float64Array.from(steps, valueOf),
    });
    const rates = [search("lr", (step) => 10 ** (step - 15))];
    const run = { id: "a", summary: { suggestedLr: 0.0009 } as RunSummary["summary"] } as RunSummary;
    const {
      build,
      describe: saysOf,
      ...searched
    } = curvesFigure({
      metric: "smoothed loss 1",
      looks: [{ run, colour: 0, dash: 0, label: "batch 32" }],
      axis: "lr",
      rates,
      smooth: false,
      curves: [search("smoothed loss 1", (step) => (step > 18 ? 1e9 : 3 - step / 10))],
      readWhole: () => Promise.resolve(rates),
    });
    expect(searched.log).toEqual({ axis: "x", initially: true });
    expect(searched.summary).toContain("batch 32 is lowest, 1.200, at 1,000");
    expect(searched.table().columns).toContain("learning rate");
    expect(saysOf(11, 0)?.title).toBe("step 12, lr 0.001000, suggested: batch 32");
    expect(saysOf(2, 0)?.title).toBe("step 3, lr 1.000e−12: batch 32");
    const { data, options } = build(noTheme, { log: true, animate: false });
    expect(data.datasets[0]?.data[3]).toEqual({ x: 1e-11, y: 2.6 });
    expect(options?.scales?.["x"]).toMatchObject({
      type: "logarithmic",
      title: { text: "learning rate, log scale" },
    });
    expect(options?.scales?.["y"]?.max).toBeLessThan(10);
  });
});
