import { describe, expect, it } from "vitest";
import type { ConfusionCell } from "../../../../../src/shared/experiments/learned.ts";
import {
  accuracyFigure,
  calibrationFigure,
  mistaken,
} from "../../../../../src/renderer/train/learned/class-figures.ts";
import {
  predictedFigure,
  residualsFigure,
} from "../../../../../src/renderer/train/learned/regression-figures.ts";

const cell = (label: number, predicted: number, count: number): ConfusionCell => ({
  label,
  predicted,
  count,
  rows: [],
});

describe("accuracyFigure()", () => {
  it("says of each class how many of its rows are right, and which has none", () => {
    const figure = accuracyFigure({
      classNames: ["cat", "dog", "cow"],
      confusion: [cell(0, 0, 3), cell(0, 1, 1), cell(1, 1, 2)],
    });
    expect(figure.table().rows).toEqual([
      ["cat", 75, 3, 4],
      ["dog", 100, 2, 2],
      ["cow", NaN, 0, 0],
    ]);
    expect(figure.describe(0, 0)).toEqual({ title: "cat", lines: ["75 %: 3 of 4 rows"] });
    expect(figure.describe(2, 0)?.lines).toEqual(["no rows"]);
  });

  it("of many classes shows those that are right least often, and has all in its table", () => {
    const classNames = Array.from({ length: 200 }, (_, label) => `c${label}`);
    const confusion = classNames.flatMap((_, label) => [cell(label, label, label + 1), cell(label, 0, 10)]);
    const figure = accuracyFigure({ classNames, confusion: confusion.slice(2) });
    expect(figure.note).toBe("the 30 lowest of 200 classes; the table has all");
    expect(figure.describe(0, 0)?.title).toBe("c1");
    expect(figure.table().rows).toHaveLength(200);
  });
});

describe("calibrationFigure()", () => {
  it("leaves tenths without rows out", () => {
    const figure = calibrationFigure({
      error: 0.125,
      bins: [
        { count: 0, probability: NaN, accuracy: NaN },
        { count: 8, probability: 0.75, accuracy: 0.5 },
      ],
    });
    expect(figure.table().rows).toEqual([[75, 50, 8]]);
    expect(figure.note).toContain("expected calibration error 12.50 %");
    expect(figure.describe(0, 0)?.lines).toEqual(["50 % of 8 rows are right"]);
    expect(figure.describe(0, 1)).toBeNull();
  });
});

it("mistaken() has the most frequent pairs first, without what is right", () => {
  const pairs = mistaken([cell(0, 0, 50), cell(0, 1, 2), cell(2, 1, 7)]);
  expect(pairs.map(({ label, predicted }) => [label, predicted])).toEqual([
    [2, 1],
    [0, 1],
  ]);
});

describe("the figures of a regression", () => {
  const regression = {
    name: "price",
    r2: 0.9,
    mae: 1,
    rmse: 2,
    points: [
      { row: 4, wanted: 10, predicted: 12 },
      { row: 5, wanted: 20, predicted: NaN },
    ],
    residuals: { lo: -2, hi: 2, counts: [0, 1] },
  };

  it("have what can be drawn with its row", () => {
    const figure = predictedFigure(regression);
    expect(figure.table().rows).toEqual([[4, 10, 12, 2]]);
    expect(figure.describe(0, 0)).toEqual({
      title: "row 4",
      lines: ["true 10", "predicted 12", "residual 2"],
    });
  });

  it("count rows by their residual", () => {
    const figure = residualsFigure(regression);
    expect(figure.title).toBe("price: residuals, predicted less true");
    expect(figure.describe(1, 0)).toEqual({ title: "0 to 2", lines: ["1 row"] });
  });
});
