import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { oneAtATime } from "../../../../src/renderer/bridge/one-at-a-time.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Answers take `answerMs`; what was shown, by the count of asks. */
function asked(answerMs: number, settleMs: number) {
  const shown: number[] = [];
  let asks = 0;
  const asker = oneAtATime(async (stopped) => {
    const count = ++asks;
    await new Promise((resolve) => setTimeout(resolve, answerMs));
    if (!stopped()) shown.push(count);
  }, settleMs);
  return { shown, asker, asks: () => asks };
}

describe("asking again while something changes", () => {
  it("shows answers also where each takes longer than the next change", async () => {
    const { shown, asker, asks } = asked(1000, 0);
    for (let change = 0; change < 50; change++) {
      asker.again();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(shown).toEqual([1, 2, 3, 4]);
    await vi.advanceTimersByTimeAsync(5000);
    // The last change is answered, and nothing is asked without one.
    expect(shown).toEqual([1, 2, 3, 4, 5, 6]);
    expect(asks()).toBe(6);
  });

  it("asks once for changes that come in the pause, which they do not make longer", async () => {
    const { shown, asker } = asked(10, 200);
    for (let change = 0; change < 19; change++) {
      asker.again();
      await vi.advanceTimersByTimeAsync(11);
    }
    await vi.advanceTimersByTimeAsync(20);
    expect(shown).toEqual([1]);
  });

  it("passes over the answer of what is stopped, and asks no more", async () => {
    const { shown, asker, asks } = asked(1000, 0);
    asker.again();
    await vi.advanceTimersByTimeAsync(500);
    asker.again();
    asker.stop();
    asker.again();
    await vi.advanceTimersByTimeAsync(5000);
    expect(shown).toEqual([]);
    expect(asks()).toBe(1);
  });
});
