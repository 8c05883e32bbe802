import { expect, test, vi } from "vitest";
import { equalPart } from "../../../../../src/main/lab/activity/activity-handle.ts";
import { ActivityTracker } from "../../../../../src/main/lab/activity/activity-tracker.ts";
import { ExperimentCancelled } from "../../../../../src/main/lab/activity/experiment-cancelled.ts";

const begun = () => {
  const tracker = new ActivityTracker(() => undefined);
  return { tracker, activity: tracker.begin("run-1", "training", "Training") };
};

test("a part of a part moves its own share of the whole's progress and says what it belongs to", () => {
  const { tracker, activity } = begun();
  const second = activity.part({ ...equalPart(1, 2), title: "64×64×64" });
  const last = second.part(equalPart(3, 4));
  last.phase("round 2");
  last.progress(0.5);
  expect(tracker.current()).toMatchObject({ phase: "64×64×64: round 2", fraction: 0.5 + 0.5 * 0.875 });
  activity.phase("saving");
  expect(tracker.current()?.phase).toBe("saving");
});

test("a progress beyond its bounds stays within the whole", () => {
  const { tracker, activity } = begun();
  activity.progress(1.5);
  expect(tracker.current()?.fraction).toBe(1);
});

test("time stands still during a pause, and the pause is not taken for slow work", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const { tracker, activity } = begun();
    activity.progress(0);
    vi.advanceTimersByTime(2_000);
    activity.progress(0.2);
    expect(tracker.current()).toMatchObject({ elapsedMs: 2_000, etaMs: 8_000 });
    activity.pause();
    vi.advanceTimersByTime(600_000);
    expect(tracker.current()?.elapsedMs).toBe(2_000);
    activity.goOn();
    activity.progress(0.2);
    vi.advanceTimersByTime(2_000);
    activity.progress(0.4);
    expect(tracker.current()).toMatchObject({ elapsedMs: 4_000, etaMs: 6_000 });
    activity.pause();
    tracker.end();
    tracker.begin(null, "init", "next");
    vi.advanceTimersByTime(50);
    expect(tracker.current()?.elapsedMs).toBe(50);
  } finally {
    vi.useRealTimers();
  }
});

test("every part ends at its next checkpoint once the activity is cancelled, and the next activity does not", () => {
  const { tracker, activity } = begun();
  const part = activity.part(equalPart(0, 3));
  part.checkpoint();
  expect(part.isCancelled()).toBe(false);
  tracker.cancelling();
  expect(part.isCancelled()).toBe(true);
  expect(part.checkpoint).toThrow(ExperimentCancelled);
  tracker.end();
  tracker.begin(null, "init", "next").checkpoint();
});

test("hundreds of phases a second are told ten times, the last one for certain, and an ending at once", () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  try {
    const told: (string | undefined)[] = [];
    const tracker = new ActivityTracker((activity) => told.push(activity?.phase));
    const activity = tracker.begin("run-1", "training", "Training");
    for (let epoch = 1; epoch <= 300; epoch++) {
      vi.advanceTimersByTime(3);
      activity.phase(`epoch ${epoch}`);
    }
    vi.advanceTimersByTime(100);
    expect(told.length).toBeLessThanOrEqual(11);
    expect(told.at(-1)).toBe("epoch 300");
    activity.phase("saving");
    tracker.end();
    expect(told.at(-1)).toBeUndefined();
    vi.advanceTimersByTime(1_000);
    expect(told.at(-1)).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});
