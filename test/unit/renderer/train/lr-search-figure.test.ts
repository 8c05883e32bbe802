import { describe, expect, it } from "vitest";
import { lrSearchFigure } from "../../../../src/renderer/train/lr-search-figure.ts";
import { noTheme } from "../charts/no-theme.ts";
import type { SeedSearch } from "../../../../src/shared/experiments/lr-search.ts";

function search(seed: number, change: (losses: number[]) => void): SeedSearch {
  const losses = Array.from({ length: 100 }, (_, step) => (step < 60 ? 2.5 : 0.5));
  change(losses);
  return {
    seed,
    steps: 90,
    suggested: 1e-3,
    reason: "the loss is four times its lowest",
    whole: true,
    points: losses.map((loss, step) => ({
      lr: 10 ** (-6 + step / 20),
      loss,
      smoothed: step < 90 ? Math.min(loss, 2.6) : loss,
    })),
  };
}

describe("the figure of a search for a learning rate", () => {
  it("keeps its y axis at the fall when one batch spikes and the end runs away (A4)", () => {
    const spiked = search(1, (losses) => {
      losses[20] = 400;
      losses.fill(1e6, 90);
    });
    const { options } = lrSearchFigure({ searches: [spiked], suggested: null }).build(noTheme, {
      log: true,
      animate: false,
    });
    const { min, max } = options?.scales?.["y"] ?? {};
    expect(min).toBeGreaterThanOrEqual(0);
    expect(max).toBeLessThan(4);
    expect(max).toBeGreaterThan(2.5);
  });

  it("begins with a logarithmic rate, one smoothed line a seed and the places where they fall fastest", () => {
    const searches = [search(1, () => undefined), search(2, () => undefined)];
    const figure = lrSearchFigure({ searches, suggested: 1e-3 });
    expect(figure.log).toEqual({ axis: "x", initially: true });
    expect(figure.legend.map(({ datasets }) => datasets)).toEqual([[0], [1, 2], [3]]);
    expect(figure.describe(0, 3)).toEqual({
      title: "lr 0.001000",
      lines: ["seed 1 falls fastest here"],
    });
    expect(figure.summary).toContain("Suggested: 0.0010");
  });

  it("says so where nothing is suggested", () => {
    const none = { ...search(1, () => undefined), suggested: null };
    expect(lrSearchFigure({ searches: [none], suggested: null }).summary).toContain("Suggested: none");
  });
});
