import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLab, type TestLab } from "../lab/open-test-lab.ts";
import { textsOf } from "./start-kernel.ts";

let opened: TestLab;
beforeAll(async () => {
  opened = await openTestLab(2);
});
afterAll(async () => {
  await opened.close();
});

const SETTINGS = { seed: 1, threads: 2, rows: 100, limitMs: null };

describe("lab.live", () => {
  it("runs cells as the lab's one activity", async () => {
    const { lab } = opened;
    const kernel = await lab.live.open(SETTINGS);
    const running = kernel.runCell({ id: "a", source: "var x = ones(3); for (;;) {}" });
    expect(lab.activity.state()).toMatchObject({ kind: "notebook", title: "cell a" });
    await expect(kernel.runCell({ id: "b", source: "1" })).rejects.toThrow("still running");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(lab.activity.cancel()).toEqual({ cancelled: true });
    expect((await running).error?.kind).toBe("stopped");
    expect(lab.activity.state()).toBeNull();
    expect(textsOf(await kernel.runCell({ id: "c", source: "x" }))).toEqual(["tensor([1, 1, 1])"]);
    await kernel.close();
    await expect(kernel.runCell({ id: "d", source: "1" })).rejects.toThrow("closed");
  });

  it("has a kernel for each document", async () => {
    const [first, second] = await Promise.all([
      opened.lab.live.open(SETTINGS),
      opened.lab.live.open(SETTINGS),
    ]);
    await first.runCell({ id: "a", source: "var mine = 1" });
    expect(textsOf(await second.runCell({ id: "a", source: "print(typeof mine)" }))).toEqual(["undefined"]);
    await first.close();
    expect((await second.runCell({ id: "b", source: "zeros(2).add(1)" })).error).toBeNull();
  });
});
