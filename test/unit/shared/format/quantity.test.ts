import { describe, expect, it } from "vitest";
import { namedQuantity } from "../../../../src/shared/format/named-quantity.ts";
import { quantityRows } from "../../../../src/shared/format/quantity.ts";

describe("quantityRows()", () => {
  it("shows the notebook's and the measured number under one prefix, with every digit behind them", () => {
    const [row] = quantityRows(
      [{ key: "backwardMs", label: "backward, median", unit: "ms" }],
      { backwardMs: 1570 },
      { backwardMs: 92.44817 },
    );
    expect(row).toEqual({
      key: "backwardMs",
      label: "backward, median",
      unit: "s",
      expected: { text: "1.57", exact: "1570 ms" },
      measured: { text: "0.09245", exact: "92.44817 ms" },
    });
  });

  it("keeps quantities that have no description, and leaves out what was not measured", () => {
    const rows = quantityRows([], { shape: [50_000, 1] }, { verified: true });
    expect(rows.map(({ key, expected, measured }) => [key, expected?.text, measured?.text])).toEqual([
      ["shape", "[50,000, 1]", undefined],
      ["verified", undefined, "yes"],
    ]);
  });
});

describe("namedQuantity()", () => {
  it.each([
    ["backwardMs", 121, "backward", "121 ms"],
    ["peakRssBytes", 1.42e9, "memory of the process, at most", "1.420 GB"],
    ["mainDelayP99Ms", 1.5, "delay of the main process, 99th percentile", "1.500 ms"],
    ["validTop5Accuracy", 0.99, "validation top-5 accuracy", "0.9900"],
    ["weightDecay", 0.01, "weight decay", "0.01000"],
    ["trainLoss", 2.41234, "training loss", "2.412"],
    ["inBand", 7, "in band", "7"],
    ["name", "SGD", "name", "SGD"],
  ])("reads %s = %s as %s, %s", (key, value, label, text) => {
    expect(namedQuantity(key, value)).toMatchObject({ label, text });
  });

  it("adds no digits to a setting", () => {
    expect(namedQuantity("lr", 0.01, { given: true }).text).toBe("0.01");
  });
});
