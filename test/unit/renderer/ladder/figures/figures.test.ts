import { describe, expect, it } from "vitest";
import { ladderBarsFigure } from "../../../../../src/renderer/ladder/figures/ladder-bars-figure.ts";
import { rooflineFigure } from "../../../../../src/renderer/ladder/figures/roofline-figure.ts";
import { rungMark, rungSeries } from "../../../../../src/renderer/ladder/figures/rung-series.ts";
import { samplesFigure } from "../../../../../src/renderer/ladder/figures/samples-figure.ts";
import { scalingFigure } from "../../../../../src/renderer/ladder/figures/scaling-figure.ts";
import { sizesFigure } from "../../../../../src/renderer/ladder/figures/sizes-figure.ts";
import { RUNG_IDS } from "../../../../../src/shared/experiments/ladder.ts";
import { LESSON, measured, skipped } from "../recorded-rungs.ts";

const cube = (size: number) => ({ m: size, k: size, n: size });

describe("rungSeries()", () => {
  it("gives each rung its own pair of colour and dash", () => {
    const pairs = RUNG_IDS.map((rung) => Object.values(rungSeries(rung)).join(" "));
    expect(new Set(pairs).size).toBe(RUNG_IDS.length);
  });
});

describe("rungMark()", () => {
  it("tells points apart whose rungs have the same colour", () => {
    const looks = RUNG_IDS.map((rung) => `${rungSeries(rung).series} ${rungMark(rung)}`);
    expect(new Set(looks).size).toBe(RUNG_IDS.length);
  });
});

describe("ladderBarsFigure()", () => {
  it("has a bar for each rung with times, lowest first", () => {
    const results = [
      measured("kernel", 2),
      measured("triple-loop", 40),
      skipped("einsum", "skipped: about 21 min"),
    ];
    const figure = ladderBarsFigure(results, LESSON);
    expect(figure.table().rows.map(([name, , ms]) => [name, ms])).toEqual([
      ["triple-loop", 40],
      ["kernel", 2],
    ]);
    expect(figure.summary).toContain("kernel 2.000 ± 0.020 ms");
    expect(figure.describe(1, 0)?.lines[0]).toBe("median ± ½ IQR 2.000 ± 0.020 ms");
    expect(figure.describe(2, 0)).toBeNull();
  });
});

describe("samplesFigure()", () => {
  const outlier = { order: 11, ms: 9, cold: false, outlier: true };
  const kernel = measured("kernel", 2);
  const figure = samplesFigure([{ ...kernel, samples: [...kernel.samples, outlier] }], LESSON);

  it("has every sample, and names cold calls and outliers", () => {
    expect(figure.table().rows).toHaveLength(12);
    expect(figure.legend.map(({ label }) => label)).toEqual(["sample", "outlier", "cold call"]);
    expect(figure.describe(0, 1)?.title).toBe("kernel, sample 12, outlier");
    expect(figure.describe(0, 2)?.title).toBe("kernel, sample 1, cold call");
  });

  it("leaves kinds that do not occur out of the legend", () => {
    expect(samplesFigure([kernel], LESSON).legend.map(({ label }) => label)).toEqual(["sample", "cold call"]);
  });
});

describe("sizesFigure()", () => {
  it("has a line a rung over the sizes, and none for a single shape", () => {
    const results = [64, 32].map((size) => measured("kernel", size, { shape: cube(size) }));
    const figure = sizesFigure(results, null);
    expect(figure?.table().rows.map(([name, m]) => [name, m])).toEqual([
      ["kernel", 32],
      ["kernel", 64],
    ]);
    expect(sizesFigure([measured("kernel", 1)], null)).toBeNull();
  });
});

describe("scalingFigure()", () => {
  it("gives speed-up and parallel efficiency over one worker", () => {
    const results = [8, 4.4, 2.5].map((ms, index) => measured("sharded", ms, { threads: 2 ** index }));
    const rows = scalingFigure(results, LESSON)?.table().rows ?? [];
    expect(rows.map(([threads]) => threads)).toEqual([1, 2, 4]);
    expect(rows[1]?.[1]).toBeCloseTo(8 / 4.4);
    expect(rows[2]?.[2]).toBeCloseTo(0.8);
  });

  it("is not drawn for one number of workers, nor without the time of one", () => {
    expect(scalingFigure([measured("sharded", 8)], LESSON)).toBeNull();
    const without = [2, 4].map((threads) => measured("sharded", 8, { threads }));
    expect(scalingFigure(without, LESSON)).toBeNull();
  });
});

describe("rooflineFigure()", () => {
  const limits = { peakGflops: 50, bandwidthGBs: 20, cacheBytes: [] };
  const results = [
    measured("kernel", 1, { gflops: 40, shape: cube(256) }),
    measured("sharded", 1, { gflops: 80, threads: 2, shape: cube(256) }),
  ];

  it("measures each rung against the roof of its own number of workers", () => {
    const figure = rooflineFigure(results, { limits, shape: cube(256), threads: 2 });
    expect(figure?.note).toBe("at 42.67 FLOP/B arithmetic is the limit");
    expect(figure?.describe(0, 0)?.lines).toEqual(["40 GFLOP/s at 42.67 FLOP/B", "80 % of the roof there"]);
    expect(figure?.describe(0, 1)?.lines[1]).toBe("80 % of the roof there");
    expect(figure?.legend.slice(2).map(({ label }) => label)).toEqual([
      "2 workers: 100 GFLOP/s, 20 GB/s",
      "one worker: 50 GFLOP/s, 20 GB/s",
    ]);
  });

  it("says so where the peak was not measured, and is not drawn without bandwidth", () => {
    const settings = { shape: cube(256), threads: 2 };
    const slope = rooflineFigure(results, { ...settings, limits: { ...limits, peakGflops: null } });
    expect(slope?.note).toContain("the peak of this machine was not measured");
    expect(rooflineFigure(results, { ...settings, limits: { ...limits, bandwidthGBs: null } })).toBeNull();
  });
});
