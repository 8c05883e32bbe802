import { describe, expect, it } from "vitest";
import { parallelFigure } from "../../../../../src/renderer/runs/compare/parallel-figure.ts";
import { looksOf } from "../../../../../src/renderer/runs/compare/run-look.ts";
import {
  dimensionsOf,
  placeOn,
  type Dimension,
} from "../../../../../src/renderer/runs/compare/chosen-values.ts";
import { recordedRun } from "../../../recorded-run.ts";

const lr: Dimension = {
  key: "config.lr",
  label: "lr",
  values: [0.1, 0.3, 0.2],
  numeric: true,
  setting: true,
};
const optimizer: Dimension = {
  key: "config.optimizer",
  label: "optimizer",
  values: ["sgd", "adam", null],
  numeric: false,
  setting: true,
};
const loss: Dimension = {
  key: "summary.finalLoss",
  label: "final loss",
  values: [0.5, Infinity, 1.5],
  numeric: true,
  setting: false,
};
const looks = looksOf(["a", "b", "c"].map((id) => recordedRun(id)));

describe("dimensionsOf()", () => {
  it("keeps a setting apart from a result of the same name", () => {
    const comparison = {
      runs: [],
      machines: [],
      cautions: [],
      settings: [{ key: "loss", values: ["crossEntropy", null], same: false }],
      results: [{ key: "loss", values: [null, 0.25] }],
      metrics: [],
      timings: [],
      checks: [],
      parts: [],
    };
    expect(dimensionsOf(comparison).map(({ key, label }) => [key, label])).toEqual([
      ["config.loss", "loss (setting)"],
      ["summary.loss", "loss (result)"],
    ]);
  });
});

describe("placeOn()", () => {
  it("places numbers between the least and the greatest, texts by the alphabet, nothing where there is no number", () => {
    expect([0, 1, 2].map((run) => placeOn(lr, run))).toEqual([0, 1, expect.closeTo(0.5)]);
    expect([0, 1, 2].map((run) => placeOn(optimizer, run))).toEqual([1, 0, null]);
    expect([0, 1, 2].map((run) => placeOn(loss, run))).toEqual([0, null, 1]);
  });
});

describe("parallelFigure()", () => {
  const figure = parallelFigure([lr, optimizer, loss], looks);

  it("says every value of the run that is pointed at, and marks the axis", () => {
    expect(figure.describe(1, 0)).toEqual({
      title: "a",
      lines: ["lr 0.1", "▸ optimizer sgd", "final loss 0.5000"],
    });
    expect(figure.describe(1, 2)?.lines[1]).toBe("▸ optimizer –");
    expect(figure.describe(3, 0)).toBeNull();
  });

  it("has a row a run in full precision", () => {
    expect(figure.table()).toEqual({
      columns: ["run", "lr", "optimizer", "final loss"],
      rows: [
        ["a", 0.1, "sgd", 0.5],
        ["b", 0.3, "adam", Infinity],
        ["c", 0.2, "", 1.5],
      ],
    });
  });

  it("has a line a run that its legend entry shows and hides", () => {
    expect(figure.legend.map(({ label, datasets }) => [label, datasets])).toEqual([
      ["a", [0]],
      ["b", [1]],
      ["c", [2]],
    ]);
  });
});
