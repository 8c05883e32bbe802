import { describe, expect, it } from "vitest";
import type { DrawnCurve } from "../../../../../src/shared/runs/run-curves.ts";
import { DrawnLines } from "../../../../../src/renderer/train/figures/drawn-lines.ts";
import { lossLines } from "../../../../../src/renderer/train/figures/loss-figure.ts";
import { TrainingLog, type TrainingAxis } from "../../../../../src/renderer/train/training-log.ts";

const STEPS = 100_000;
/** Steps that take longer and longer. */
const msOf = (step: number): number => step + step ** 2 / STEPS;
const lossOf = (step: number): number => (step % 997 === 0 ? 50 : 1 + Math.sin(step));

function longTraining(): TrainingLog {
  const log = new TrainingLog("r");
  for (let from = 1; from <= STEPS; from += 1_000) {
    log.append(
      Array.from({ length: 1_000 }, (_, i) => {
        const step = from + i;
        return { name: "loss", step, epoch: 1, value: lossOf(step), wallMs: msOf(step) };
      }),
    );
  }
  return log;
}

/** As the store reads a stretch, every point of it. */
function finerPart(from: number, to: number): DrawnCurve {
  const steps = Float64Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return {
    runId: "r",
    metric: "loss",
    points: STEPS,
    pointsInSteps: steps.length,
    steps,
    epochs: steps.map(() => 1),
    wallMs: steps.map(msOf),
    values: steps.map(lossOf),
    smoothed: [steps.map((step) => step / 10)],
    at: [],
  };
}

describe("DrawnLines", () => {
  const log = longTraining();
  const linesOf = (axis: TrainingAxis, finer: readonly DrawnCurve[]) =>
    new DrawnLines(log, { axis, stepsPerEpoch: 100, smoothing: 0.9 }, { lines: lossLines(log, 0.9), finer });

  it.each(["step", "epoch", "time"] as const)(
    "draws every step of a stretch that was read, by %s",
    (axis) => {
      const [from, to] = [70_000, 70_400];
      const xOf = (step: number): number =>
        axis === "step" ? step : axis === "epoch" ? step / 100 : msOf(step) / 1_000;
      const coarse = linesOf(axis, []).read(500)[0] ?? [];
      const [line = [], , , smoothed = []] = linesOf(axis, [finerPart(from, to)]).read(500);
      const within = ({ x }: { readonly x: number }): boolean => x >= xOf(from) && x <= xOf(to);
      expect(coarse.filter(within).length).toBeLessThan(10);
      expect(line.filter(within)).toEqual(
        Array.from({ length: to - from + 1 }, (_, i) => ({ x: xOf(from + i), y: lossOf(from + i) })),
      );
      expect(smoothed.filter(within).map(({ y }) => y)).toEqual(
        Array.from({ length: to - from + 1 }, (_, i) => (from + i) / 10),
      );
      const xs = line.map(({ x }) => x);
      expect(xs).toEqual([...xs].sort((a, b) => a - b));
      // What is not zoomed into is no more than it was.
      expect(line.length).toBeLessThan(coarse.length + 1_000 + to - from);
    },
  );

  it("goes on after what was read with what has come since, as finely as it has room for", () => {
    const [line = []] = linesOf("step", [finerPart(95_000, 96_000)]).read(500);
    expect(line.filter(({ x }) => x > 96_000).length).toBeGreaterThan(200);
    expect(line.at(-1)?.x).toBeGreaterThan(99_900);
  });

  it("says what the point that is drawn says, however the log has grown", () => {
    const grows = new TrainingLog("g");
    const drawn = new DrawnLines(
      grows,
      { axis: "step", stepsPerEpoch: null, smoothing: null },
      { lines: lossLines(grows, null) },
    );
    const add = (step: number) =>
      grows.append([{ name: "loss", step, epoch: 1, value: step / 4, wallMs: step }]);
    for (let step = 1; step <= 40; step++) add(step);
    const last = (drawn.read(4)[0]?.length ?? 0) - 1;
    const said = drawn.describe(last, 0);
    expect(said).toEqual({ title: "step 40", lines: ["loss of each step 10"] });
    for (let step = 41; step <= 400; step++) add(step);
    drawn.table(["line", "value"]);
    expect(drawn.describe(last, 0)).toEqual(said);
  });
});

describe("TrainingLog.stepsWithin()", () => {
  it("turns a stretch of each axis into steps that hold all of it", () => {
    const log = longTraining();
    expect(log.stepsWithin({ min: 3.5, max: 9 }, "step", 100)).toEqual({ from: 3.5, to: 9 });
    expect(log.stepsWithin({ min: 3.5, max: 9 }, "epoch", 100)).toEqual({ from: 350, to: 900 });
    const { from, to } = log.stepsWithin({ min: msOf(5_000) / 1_000, max: msOf(6_000) / 1_000 }, "time", 100);
    expect(from).toBeLessThanOrEqual(5_000);
    expect(from).toBeGreaterThan(4_900);
    expect(to).toBeGreaterThanOrEqual(6_000);
    expect(to).toBeLessThan(6_100);
    expect(log.stepsWithin({ min: 0, max: 1e9 }, "time", 100)).toEqual({
      from: 0,
      to: Number.MAX_SAFE_INTEGER,
    });
  });
});
