import { describe, expect, it } from "vitest";
import { stdFigure } from "../../../../src/renderer/initialise/std-figure.ts";
import type { InitSide } from "../../../../src/shared/experiments/init.ts";

type Layer = InitSide["layers"][number];
const layer = (position: number, type: Layer["type"], std: number) =>
  ({ position, type, label: type, activation: { std }, gradient: null }) as unknown as Layer;
const side = (title: string, layers: readonly Layer[]) => ({ title, layers }) as unknown as InitSide;

describe("stdFigure()", () => {
  const sides = [
    side("Kaiming", [layer(1, "linear", 1.4), layer(2, "relu", 0.8), layer(3, "linear", 1.5)]),
    side("Xavier", [layer(1, "linear", 1), layer(2, "relu", 0.5), layer(3, "linear", 0.7)]),
  ];

  it("draws what is before and after the activations apart, by the depth of the linear layer", () => {
    const figure = stdFigure(sides, "activation");
    expect(figure?.table()).toEqual({
      columns: [
        "linear layer",
        "Kaiming, before the activation",
        "Kaiming, after it",
        "Xavier, before the activation",
        "Xavier, after it",
      ],
      rows: [
        [1, 1.4, 0.8, 1, 0.5],
        [2, 1.5, NaN, 0.7, NaN],
      ],
    });
    expect(figure?.summary).toContain("Kaiming, before the activation: from 1.400 to 1.500");
  });

  it("is none where nothing was measured", () => {
    expect(stdFigure(sides, "gradient")).toBeNull();
  });
});
