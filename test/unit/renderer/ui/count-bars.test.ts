import { describe, expect, it } from "vitest";
import { countBars } from "../../../../src/renderer/ui/count-bars.ts";

describe("countBars", () => {
  it("draws the largest count as high as the picture, the others in proportion", () => {
    expect(countBars([1, 4, 2])).toBe("M0.05 1v-0.2500h0.9V1zM1.05 1v-1.0000h0.9V1zM2.05 1v-0.5000h0.9V1z");
  });

  it("leaves empty bins out, and draws nothing where nothing was counted", () => {
    expect(countBars([0, 3])).toBe("M1.05 1v-1.0000h0.9V1z");
    expect(countBars([0, 0])).toBe("");
    expect(countBars([])).toBe("");
  });
});
