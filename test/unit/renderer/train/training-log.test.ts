import { describe, expect, it } from "vitest";
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
    ]);
    expect(log.isEmpty).toBe(false);
    expect(log.trainLoss).toEqual([{ x: 2, y: 19 }]);
    expect(log.numbers).toMatchObject({
      step: 2,
      epoch: 1,
      loss: 20,
      trainLoss: 19,
      validLoss: 21,
      wallMs: 20,
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

  it("takes neither evaluations nor what came before the first step for slow steps in what is recorded", () => {
    const log = new TrainingLog("r1");
    // A second before the first step, ten milliseconds a step, and half a second of evaluation after every second one.
    const points = Array.from({ length: 6 }, (_, i) => {
      const wallMs = 1_000 + 10 * (i + 1) + 500 * Math.floor(i / 2);
      const loss = { ...point("loss", i + 1, 1), wallMs };
      return i % 2 === 0 ? [loss] : [loss, { ...point("validLoss", i + 1, 1), wallMs: wallMs + 500 }];
    }).flat();
    log.load({ points, loss: null });
    expect(log.speed.points(10).map(({ y }) => Math.round(y))).toEqual([100, 100, 100, 100, 100]);
    expect(log.numbers.stepsPerSecond).toBeCloseTo(100);
  });

  it("ignores a metric that it has no place for", () => {
    const log = new TrainingLog("r1");
    log.append([point("accuracy", 1, 0.5)]);
    expect(log.isEmpty).toBe(true);
    expect(log.numbers.step).toBe(1);
  });
});
