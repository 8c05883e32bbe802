import { describe, expect, it } from "vitest";
import { endingWith } from "../../../../../src/main/lab/activity/ending-with.ts";
import { ExperimentCancelled } from "../../../../../src/main/lab/activity/experiment-cancelled.ts";

const full = (): never => {
  throw new Error("the disk is full");
};

describe("endingWith()", () => {
  it("keeps the error that the work has ended with, and tells what went wrong after it", async () => {
    const told: string[] = [];
    const cancelled = (): never => {
      throw new ExperimentCancelled("cancelled");
    };
    const work = (): Promise<void> => Promise.resolve().then(cancelled);
    await expect(endingWith(work, full, (message) => told.push(message))).rejects.toThrow(
      ExperimentCancelled,
    );
    expect(told).toEqual(["the disk is full"]);
  });

  it("throws what goes wrong after work that came to its end, and tells nothing", async () => {
    const told: string[] = [];
    const ended = endingWith(
      () => Promise.resolve(),
      full,
      (message) => told.push(message),
    );
    await expect(ended).rejects.toThrow("the disk is full");
    expect(told).toEqual([]);
  });
});
