import { expect, test } from "vitest";
import { repeatCommand } from "../../../../src/shared/runs/repeat-command.ts";
import type { RunSummary } from "../../../../src/shared/runs/run-records.ts";
import { recordedRun } from "../../recorded-run.ts";

const run = (kind: RunSummary["kind"], config: RunSummary["config"]): RunSummary =>
  recordedRun("r-1", { kind, config, rows: 10 });

test.each([
  [
    run("notebook", { seed: 4, rows: 100, samples: 5 }),
    "notebook --seed 4 --rows 100 --samples 5 --threads 2",
  ],
  [
    run("ladder", { preset: "lesson", seed: 1, budgetSeconds: 3, scaling: true }),
    "ladder --preset lesson --budget 3 --seed 1 --threads 2 --scaling",
  ],
  [
    run("ladder", { preset: "custom", shapes: "3×4×5", seed: 1 }),
    "ladder --m 3 --k 4 --n 5 --seed 1 --threads 2",
  ],
  [
    run("gradcheck", { references: "float64", bug: "none", coordinates: 200, tolerance: "strict" }),
    "gradcheck r-1.json --reference float64 --coordinates 200 --tolerance strict --threads 2",
  ],
  [
    run("gradcheck", {
      references: "float64, tfjs",
      bug: "forgotBias",
      coordinates: "every one",
      tolerance: "notebook",
    }),
    "gradcheck r-1.json --reference float64,tfjs --all-coordinates --bug forgotBias --tolerance notebook --threads 2",
  ],
  [
    run("init", { otherwise: "Xavier normal", gradients: true }),
    "init r-1.json --otherwise xavierNormal --gradients --threads 2 --save",
  ],
  [run("init", { otherwise: "none", gradients: false }), "init r-1.json --threads 2 --save"],
  [run("training", { spec: "{}" }), "train r-1.json --threads 2 --again"],
  [run("lrsearch", { spec: "{}" }), "find-lr r-1.json --threads 2"],
  [
    run("training", { spec: "{}", kernels: "simd128" }),
    "train r-1.json --threads 2 --kernels simd128 --again",
  ],
])("%o is repeated by its command", (given, command) => {
  expect(repeatCommand(given).command).toBe(command);
});

test("repeatCommand() says what a command cannot bring back", () => {
  expect(repeatCommand(run("training", { weights: "from a file, 1f0c8d2a9b3e" })).caution).toContain(
    "weights from a file, 1f0c",
  );
  expect(repeatCommand(run("init", { otherwise: "none" })).caution).toContain("leave --gradients out");
  expect(repeatCommand(run("stages", {})).caution).toContain("as cells of the notebook");
});
