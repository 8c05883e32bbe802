import { describe, expect, it } from "vitest";
import { learningRate, type Schedule } from "../../../../src/core/optimisers/schedule.ts";

const learningRates = (schedule: Schedule, lr: number, steps: number): number[] =>
  Array.from({ length: steps }, (_, t) => learningRate(schedule, lr, t, steps));

describe("learningRate()", () => {
  it("keeps a constant rate, after a linear rise where one is asked for", () => {
    expect([...learningRates({ name: "constant", warmupSteps: 0 }, 0.5, 3)]).toEqual([0.5, 0.5, 0.5]);
    expect([...learningRates({ name: "constant", warmupSteps: 2 }, 0.5, 4)]).toEqual([0.25, 0.5, 0.5, 0.5]);
  });

  it("multiplies by gamma every so many steps", () => {
    const rates = learningRates({ name: "step", warmupSteps: 0, every: 2, gamma: 0.5 }, 1, 5);
    expect([...rates]).toEqual([1, 1, 0.5, 0.5, 0.25]);
  });

  it("falls to zero along half a cosine", () => {
    const rates = learningRates({ name: "cosine", warmupSteps: 0 }, 2, 100);
    expect(rates[0]).toBe(2);
    expect(rates[50]).toBeCloseTo(1, 6);
    expect(rates[99]).toBeCloseTo(1 + Math.cos(0.99 * Math.PI), 6);
  });

  it("rises and falls in one cycle as torch's OneCycleLR does", () => {
    const rates = learningRates({ name: "oneCycle", warmupSteps: 0 }, 0.1, 10);
    // torch 1.13: OneCycleLR(optimizer, max_lr=0.1, total_steps=10)
    const torch = [
      0.004, 0.052, 0.1, 0.0950484632, 0.0811745654, 0.0611262022, 0.0388741978, 0.0188258346, 0.0049519368,
      4e-7,
    ];
    torch.forEach((rate, t) => expect(rates[t]).toBeCloseTo(rate, 8));
  });

  it("throws RangeError when there is no step", () => {
    expect(() => learningRate({ name: "constant", warmupSteps: 0 }, 1, 0, 0)).toThrow(RangeError);
    expect(() => learningRate({ name: "constant", warmupSteps: 0 }, 1, 5, 5)).toThrow("below 5, got 5");
  });
});
