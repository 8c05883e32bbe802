import { describe, expect, it } from "vitest";
import { parameterShapes } from "../../../../../../src/core/network/network.ts";
import type { Program } from "../../../../../../src/core/ops/recording-ops.ts";
import { stateNames } from "../../../../../../src/core/optimisers/optimiser.ts";
import { resolveTraining } from "../../../../../../src/main/lab/training/resolved-training.ts";
import { Arena } from "../../../../../../src/main/engine/arena.ts";
import { recordStep } from "../../../../../../src/main/lab/training/record/record-step.ts";
import {
  recordedPoints,
  recordingRefusal,
} from "../../../../../../src/main/lab/training/record/recorded-points.ts";
import { networkOf } from "../../../../../../src/shared/specs/network-spec.ts";
import { TRAIN_PRESETS } from "../../../../../../src/shared/specs/train-presets.ts";
import type { TrainSpec } from "../../../../../../src/shared/specs/train-spec.ts";

const BATCH = 4;
const { spec: SMALL } = TRAIN_PRESETS.small;
/** As many steps as epochs may make: 5 · 10⁹. */
const HUGE: TrainSpec = {
  ...SMALL,
  data: { ...SMALL.data, rows: 50_000 },
  epochs: 100_000,
  batchSize: 1,
  statisticsEvery: 1,
};

/** How many values a plain and a measured step of a spec record, counted in the programs themselves. */
function recordsOf(spec: TrainSpec): { plain: number; measured: number } {
  const scope = new Arena().scope();
  const shapes = parameterShapes(networkOf(spec));
  const named = (names: readonly (readonly [string, readonly number[]])[]) =>
    Object.fromEntries(names.map(([name, shape]) => [name, scope.tensor(name, shape)]));
  const { plain, measured } = recordStep(scope, resolveTraining(spec), BATCH, {
    train: { x: scope.tensor("x", [BATCH, 784]), y: scope.tensor("y", [BATCH]), byteValues: null },
    parameters: named(shapes.map(({ name, shape }) => [name, shape])),
    states: named(
      shapes.flatMap(({ name, shape }) =>
        stateNames(spec.optimizer).map((state) => [`${name} ${state}`, shape] as const),
      ),
    ),
    indices: scope.tensor("indices", [BATCH], "int32"),
    counter: scope.tensor("counter", [1], "float64"),
    rates: scope.tensor("rates", [10]),
    background: 0,
  });
  const count = ({ ops }: Program): number => ops.filter(({ op }) => op === "record").length;
  return { plain: count(plain), measured: count(measured) };
}

describe("recordedPoints() (D36)", () => {
  it.each(Object.entries(TRAIN_PRESETS))("counts what the steps of %s record", (_name, { spec }) => {
    const { plain, measured } = recordsOf(spec);
    const counted: TrainSpec = { ...spec, epochs: undefined, steps: 1_000, statisticsEvery: 7 };
    const evaluations =
      recordedPoints(resolveTraining({ ...counted, statisticsEvery: 0 })).points - 1_000 * plain;
    expect(evaluations % 6).toBe(0);
    expect(recordedPoints(resolveTraining(counted)).points).toBe(
      1_000 * plain + Math.ceil(1_000 / 7) * (measured - plain) + evaluations,
    );
  });

  it("does not count the steps that a time limit leaves no time for", () => {
    expect(recordedPoints(resolveTraining(HUGE)).steps).toBe(5e9);
    const { steps } = recordedPoints(resolveTraining({ ...HUGE, stopAfterSeconds: 60 }));
    expect(steps).toBeGreaterThan(1e6);
    expect(steps).toBeLessThan(1e7);
  });
});

describe("recordingRefusal() (D36)", () => {
  it("refuses 10⁵ epochs of single rows with numbers and what to do", () => {
    expect(recordingRefusal(resolveTraining(HUGE), 50e9)).toMatch(
      /^This records [\d,]+ values in 5,000,000,000 steps: [\d,]+ GB with the backup, and 50 GB are free where the runs are kept\. Use fewer epochs, a larger batch, or a time limit\.$/,
    );
    expect(recordingRefusal(resolveTraining({ ...HUGE, stopAfterSeconds: 60 }), 50e9)).toBe("");
  });

  it("says when it would fit without statistics", () => {
    const { diskBytes } = recordedPoints(resolveTraining({ ...HUGE, statisticsEvery: 0 }));
    expect(recordingRefusal(resolveTraining(HUGE), diskBytes)).toMatch(
      /Measure statistics at fewer steps, or never\.$/,
    );
  });

  it("leaves what is small to the wait for a disk that is full", () => {
    expect(recordingRefusal(resolveTraining(SMALL), 0)).toBe("");
  });
});
