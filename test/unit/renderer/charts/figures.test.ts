import { describe, expect, it } from "vitest";
import { histogramFigure } from "../../../../src/renderer/charts/figures/histogram-figure.ts";
import { DrawnLines } from "../../../../src/renderer/train/figures/drawn-lines.ts";
import { lossFigure, lossLines } from "../../../../src/renderer/train/figures/loss-figure.ts";
import { statisticsFigure } from "../../../../src/renderer/charts/figures/statistics-figure.ts";
import { timingsFigure } from "../../../../src/renderer/charts/figures/timings-figure.ts";
import { TrainingLog } from "../../../../src/renderer/train/training-log.ts";

describe("statisticsFigure()", () => {
  it("says in words and in a table what the bars show", () => {
    const row = { label: "relu", mean: 0.4472, std: 0.6187, min: 0, max: 4, zeroShare: 0.5 };
    const figure = statisticsFigure("Activations", [row]);
    expect(figure.summary).toBe("Activations. relu 0.4472 ± 0.6187.");
    expect(figure.table().rows).toEqual([["relu", 0.4472, 0.6187, 0, 4, 0.5]]);
  });
});

describe("histogramFigure()", () => {
  it("gives each bin with its edges", () => {
    const figure = histogramFigure({ label: "relu", lo: 0, hi: 2, counts: [3, 1] });
    expect(figure.table().rows).toEqual([
      [0, 1, 3],
      [1, 2, 1],
    ]);
    expect(figure.summary).toContain("4 values from 0 to 2");
  });
});

describe("timingsFigure()", () => {
  const timing = (stage: string, ms: number) =>
    ({ stage, pass: "call", sample: 0, ms, warmup: false, threads: 1, rows: 1 }) as const;

  it("starts with a log axis only where a linear one would hide the short times", () => {
    expect(timingsFigure("t", [timing("a", 10), timing("b", 300)]).log?.initially).toBe(false);
    expect(timingsFigure("t", [timing("a", 0.1), timing("b", 300)]).log?.initially).toBe(true);
  });

  it("keeps every sample in its table", () => {
    expect(timingsFigure("t", [timing("a", 10)]).table().rows).toEqual([["a", "call", 0, "no", 10, 1, 1]]);
  });
});

const AXES = { axis: "step", stepsPerEpoch: null, smoothing: null } as const;

describe("lossFigure()", () => {
  it("lists what can be shown and leaves gaps out", () => {
    const log = new TrainingLog("r");
    log.append([
      { name: "loss", step: 1, epoch: 1, value: 3, wallMs: 1 },
      { name: "loss", step: 2, epoch: 1, value: NaN, wallMs: 2 },
      { name: "trainLoss", step: 2, epoch: 1, value: 2, wallMs: 3 },
    ]);
    const figure = lossFigure(new DrawnLines(log, AXES, { lines: lossLines(log, null) }));
    expect(figure.table().rows).toEqual([
      ["loss of each step", 1, 3],
      ["training loss", 2, 2],
    ]);
    expect(figure.summary).toContain("NaN at step 2");
  });
});
