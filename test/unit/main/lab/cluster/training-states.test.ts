import { describe, expect, it } from "vitest";
import { newestByTask, parseQueue } from "../../../../../src/main/lab/cluster/queue-lines.ts";
import {
  goneTasks,
  statesOf,
  tasksToSubmit,
  type SweepFindings,
} from "../../../../../src/main/lab/cluster/training-states.ts";

const NOW = Date.parse("2026-11-27T08:00:00.000Z");
const failure = (final: boolean) => ({
  reason: "the loss became NaN",
  final,
  attempt: "1.0",
  node: "node2",
  at: "",
});

/** Six trainings, two a task. */
const findings = (queue: string | null, more: Partial<SweepFindings> = {}): SweepFindings => ({
  plan: Array.from({ length: 6 }, (_, index) => ({ index, run: `training-${index}`, note: `seed ${index}` })),
  chunk: 2,
  nowMs: NOW,
  collected: new Set(),
  done: new Set(),
  states: new Set(),
  collectedStates: new Set(),
  failed: new Map(),
  alive: new Map(),
  queue: queue === null ? null : newestByTask(parseQueue(queue)),
  seen: null,
  gone: {},
  unsubmitted: false,
  ...more,
});
const states = (found: SweepFindings): readonly string[] => statesOf(found).map(({ state }) => state);

describe("the states of a sweep's trainings", () => {
  it("files come first, Slurm where they say nothing", () => {
    const alive = { task: 1, index: 3, step: 40, of: 100, loss: 0.5, node: "node1", attempt: "9.0", at: "" };
    const found = findings(
      "7|0|COMPLETED|None|node1|0:10\n7|1|RUNNING|None|node1|0:10\n7|2|PENDING|Resources||0:00",
      {
        collected: new Set([0]),
        done: new Set([0, 1, 2]),
        alive: new Map([[1, alive]]),
      },
    );
    expect(states(found)).toEqual(["collected", "done", "done", "running", "waiting", "waiting"]);
    const [, , , running, waiting] = statesOf(found);
    expect(running).toMatchObject({ node: "node1", step: 40, of: 100, loss: 0.5 });
    expect(waiting.reason).toBe("waits for free nodes (Resources)");
  });

  it("a request that no node can meet is said", () => {
    const [first] = statesOf(findings("7|0|PENDING|PartitionConfig||0:00"));
    expect(first).toMatchObject({
      state: "waiting",
      reason: expect.stringMatching(/no node .* can ever meet/) as string,
    });
  });

  it("a training that diverged is done, and collected, as others are, and says so; another failure is submitted again", () => {
    const found = findings("7|0|FAILED|NonZeroExitCode|node2|0:10\n7|1|COMPLETED|None|node1|0:10", {
      done: new Set([0, 2, 3, 4, 5]),
      failed: new Map([
        [0, failure(true)],
        [1, failure(false)],
      ]),
    });
    expect(states(found)).toEqual(["done", "failed", "done", "done", "done", "done"]);
    expect(statesOf(found)[0]).toMatchObject({ diverged: true, reason: "the loss became NaN" });
    expect(tasksToSubmit(found)).toEqual([0]);
    expect(statesOf({ ...found, collected: new Set([0]) })[0]).toMatchObject({
      state: "collected",
      diverged: true,
      reason: "the loss became NaN",
    });
    // Its bundle was damaged and put aside: it is trained again.
    expect(statesOf({ ...found, done: new Set() })[0]).toMatchObject({ state: "failed", diverged: false });
  });

  it("of what failed, ran out of time or memory, it says whether something was kept and is collected", () => {
    const queue =
      "7|0|FAILED|NonZeroExitCode|node2|0:10\n7|1|TIMEOUT|TimeLimit|node1|1:00\n7|2|OUT_OF_MEMORY|OutOfMemory|node1|0:10";
    const found = findings(queue, {
      failed: new Map([[0, failure(false)]]),
      states: new Set([0, 2, 4]),
      collectedStates: new Set([4]),
    });
    expect(statesOf(found).map(({ state, left, reason }) => [state, left, reason])).toEqual([
      ["failed", "kept", "the loss became NaN; what it had can be collected"],
      ["lost", "nothing", expect.stringMatching(/^its task ended with an error.*; nothing of it was kept/)],
      ["lost", "kept", expect.stringMatching(/^the time limit was over.*; its last state can be collected/)],
      ["lost", "nothing", expect.stringMatching(/^the time limit was over.*from its beginning$/)],
      ["lost", "collected", expect.stringMatching(/^Slurm ended it for want of memory.*is collected/)],
      ["lost", "nothing", expect.stringMatching(/^Slurm ended it for want of memory/)],
    ]);
  });

  it("what was cancelled is lost at once; what Slurm has forgotten when it was so twice, 30 s apart", () => {
    const cancelled = statesOf(findings("7|0|CANCELLED|None||0:00"));
    expect(cancelled[0]).toMatchObject({
      state: "lost",
      reason: expect.stringMatching(/cancelled/) as string,
    });
    expect(cancelled[2].state).toBe("unknown");
    const first = findings("");
    const seen = goneTasks(first);
    expect(Object.keys(seen)).toEqual(["0", "1", "2"]);
    const soon = findings("", { gone: seen, nowMs: NOW + 20_000 });
    expect(new Set(states(soon))).toEqual(new Set(["unknown"]));
    expect(goneTasks(soon)).toEqual(seen);
    const later = findings("", { gone: seen, nowMs: NOW + 31_000 });
    expect(new Set(states(later))).toEqual(new Set(["lost"]));
    // Back in the queue, it is gone no more.
    expect(Object.keys(goneTasks(findings("8|0|PENDING|None||0:00", { gone: seen })))).toEqual(["1", "2"]);
  });

  it("with Slurm away nothing is lost, and what is known stays", () => {
    const found = findings(null, { done: new Set([0]), gone: { "1": "2026-11-27T00:00:00.000Z" } });
    expect(states(found)).toEqual(["done", "unknown", "unknown", "unknown", "unknown", "unknown"]);
    expect(goneTasks(found)).toEqual(found.gone);
  });

  it("with Slurm away it is said what it has said last, and how long ago", () => {
    const alive = { task: 0, index: 0, step: 4, of: 9, loss: 1, node: "node1", attempt: "9.0" };
    const seen = {
      at: "2026-11-27T07:30:00.000Z",
      queue: parseQueue("7|0|RUNNING|None|node1|0:10\n7|1|PENDING|Resources||0:00"),
    };
    const found = findings(null, {
      seen: { ...seen, queue: [...seen.queue] },
      alive: new Map([[0, { ...alive, at: "2026-11-27T07:59:00.000Z" }]]),
    });
    expect(statesOf(found).map(({ reason }) => reason)).toEqual([
      "Slurm does not answer; its task was alive 60 s ago",
      "Slurm does not answer; 30 minutes ago its task ran on node1",
      "Slurm does not answer; 30 minutes ago it waited: waits for free nodes (Resources)",
      "Slurm does not answer; 30 minutes ago it waited: waits for free nodes (Resources)",
      "Slurm does not answer",
      "Slurm does not answer",
    ]);
  });

  it("what is queued is not submitted again, though an earlier submission of it has ended", () => {
    const found = findings("7|0|CANCELLED|None||0:00\n9|0|PENDING|None||0:00\n7|1|FAILED|None|node1|0:03", {
      done: new Set([4, 5]),
    });
    expect(tasksToSubmit(found)).toEqual([1]);
  });

  it("lines that are no task of an array are left out", () => {
    expect(
      parseQueue("7|[2-5]|PENDING|None||0\n\nslurm_load_jobs error\n7|1|RUNNING|None|node1|0:01"),
    ).toEqual([{ job: "7", task: 1, state: "RUNNING", reason: "None", node: "node1" }]);
  });
});
