import { describe, expect, it } from "vitest";
import { STEP_SPEED } from "../../../../src/shared/experiments/training.ts";
import { TrainingLog } from "../../../../src/renderer/train/training-log.ts";

const point = (name: string, step: number, value: number, epoch = 1) => ({
  name,
  step,
  epoch,
  value,
  wallMs: step * 10,
});

describe("TrainingLog", () => {
  it("marks where somebody stepped in, once although the record and the live event both bring it", () => {
    const log = new TrainingLog("r1");
    const event = {
      at: "2026-11-27T00:00:00.000Z",
      step: 7,
      kind: "lr",
      text: "0.000211565 → 0.01",
    } as const;
    for (const each of [event, event, { ...event, kind: "paused" }, { ...event, step: null }] as const) {
      log.addEvent(each);
    }
    expect(log.marks).toEqual([
      { step: 7, text: "lr 0.000211565 → 0.01" },
      { step: 7, text: "paused" },
    ]);
  });

  it("sorts metrics by name and keeps the last of each", () => {
    const log = new TrainingLog("r1");
    expect(log.isEmpty).toBe(true);
    log.append([
      point("loss", 1, 30),
      point("loss", 2, 20),
      point("trainLoss", 2, 19),
      point("validLoss", 2, 21),
      point("loss", 3, 18),
    ]);
    expect(log.isEmpty).toBe(false);
    expect(log.trainLoss).toEqual([{ x: 2, y: 19 }]);
    expect(log.numbers).toMatchObject({
      step: 3,
      epoch: 1,
      loss: 18,
      evaluatedStep: 2,
      trainLoss: 19,
      validLoss: 21,
      wallMs: 30,
    });
  });

  it("counts steps a second over the last stretch", () => {
    const log = new TrainingLog("r1");
    for (let step = 1; step <= 1000; step++) log.append([point("loss", step, 1)]);
    expect(log.numbers.stepsPerSecond).toBeCloseTo(100);
  });

  it("knows the speed of a training that comes in one piece", () => {
    const log = new TrainingLog("r1");
    log.append([...Array.from({ length: 9 }, (_, i) => point("loss", i + 1, 1)), point("validLoss", 9, 1)]);
    expect(log.numbers.stepsPerSecond).toBeCloseTo(100);
    expect(log.speed.points(10)).toEqual([{ x: 9, y: log.numbers.stepsPerSecond }]);
  });

  it("counts the steps of a toy's epochs alone, however they are bundled", () => {
    const log = new TrainingLog("r1");
    // Ten steps of a millisecond, then ten milliseconds of evaluations; three epochs a bundle.
    const epoch = (n: number) => [
      ...Array.from({ length: 10 }, (_, i) => ({
        ...point("loss", 10 * n + i + 1, 1),
        wallMs: 20 * n + i + 1,
      })),
      { ...point("trainLoss", 10 * n + 10, 1), wallMs: 20 * n + 15 },
      { ...point("validLoss", 10 * n + 10, 1), wallMs: 20 * n + 20 },
    ];
    for (let n = 0; n < 300; n += 3) log.append([n, n + 1, n + 2].flatMap(epoch));
    for (const { y } of log.speed.points(200)) expect(y).toBeCloseTo(1000);
  });

  it("goes on from the speed that is recorded", () => {
    const log = new TrainingLog("r1");
    const steps = Float64Array.of(1, 2);
    const speed = {
      runId: "r1",
      metric: STEP_SPEED,
      points: 2,
      pointsInSteps: 2,
      steps,
      epochs: steps,
      wallMs: steps,
      values: Float64Array.of(90, 110),
      smoothed: [],
      at: [],
    };
    log.load({ points: [point("loss", 1, 1), point("loss", 2, 1)], loss: null, speed });
    expect(log.numbers.stepsPerSecond).toBe(110);
    log.append([point("loss", 3, 1)]);
    expect(log.speed.points(10).map(({ x }) => x)).toEqual([1, 2, 3]);
  });

  it("ignores a metric that it has no place for", () => {
    const log = new TrainingLog("r1");
    log.append([point("accuracy", 1, 0.5)]);
    expect(log.isEmpty).toBe(true);
    expect(log.numbers.step).toBe(1);
  });
});
