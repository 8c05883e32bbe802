import { describe, expect, it } from "vitest";
import { cutRungs } from "../../../../src/renderer/ladder/cut-rungs.ts";

const cube = (size: number) => ({ m: size, k: size, n: size });

describe("cutRungs()", () => {
  it("keeps a single shape's notes whole", () => {
    const forecasts = [
      { rung: "einsum" as const, shape: cube(64), callMs: 1, note: "skipped: about 21 min" },
      { rung: "kernel" as const, shape: cube(64), callMs: 1, note: "" },
    ];
    expect(cutRungs(forecasts)).toEqual([{ rung: "einsum", note: "skipped: about 21 min", shapes: "" }]);
  });

  it("puts the sizes of a sweep together, lowest rung first", () => {
    const forecasts = [
      { rung: "einsum" as const, shape: cube(512), callMs: 1, note: "skipped: about 21 min" },
      { rung: "triple-loop" as const, shape: cube(1024), callMs: 1, note: "cut after 10 s" },
      { rung: "einsum" as const, shape: cube(1024), callMs: 1, note: "skipped: about 3 h" },
    ];
    expect(cutRungs(forecasts)).toEqual([
      { rung: "triple-loop", note: "cut after 10 s", shapes: "1,024³" },
      { rung: "einsum", note: "skipped", shapes: "512³, 1,024³" },
    ]);
  });
});
