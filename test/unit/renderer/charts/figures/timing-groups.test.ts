import { describe, expect, it } from "vitest";
import { timingGroups } from "../../../../../src/renderer/charts/figures/timing-groups.ts";
import type { Timing } from "../../../../../src/shared/runs/run-records.ts";

const timing = (stage: string, pass: Timing["pass"], sample: number, ms: number, warmup = false): Timing => ({
  stage,
  pass,
  sample,
  ms,
  warmup,
  threads: 2,
  rows: 50_000,
});

describe("timingGroups()", () => {
  it("groups by stage and pass and keeps warm-up calls out of the median", () => {
    const groups = timingGroups([
      timing("functions", "forward", 0, 900, true),
      timing("functions", "forward", 0, 10),
      timing("functions", "forward", 1, 30),
      timing("functions", "backward", 0, 100),
      timing("functions", "forward", 2, 20),
      // Recorded as NaN where it could not be measured.
      timing("functions", "forward", 3, NaN),
    ]);
    expect(groups).toMatchObject([
      {
        stage: "functions",
        pass: "forward",
        samples: [10, 30, 20, NaN],
        warmups: [900],
        medianMs: 20,
        halfIqrMs: 5,
      },
      { stage: "functions", pass: "backward", samples: [100], warmups: [], medianMs: 100, halfIqrMs: 0 },
    ]);
  });
});
