import { expect, it } from "vitest";
import { RunsLab } from "../../../../../src/main/lab/runs/runs-lab.ts";
import type { Store } from "../../../../../src/main/store/store.ts";

it("main's writes wait while a bundle is taken and while the trash is emptied, not while a bundle is read", async () => {
  let lockedBecause = "";
  const asked: string[] = [];
  const store: Pick<Store, "whileLocked" | "unlocked"> = {
    unlocked: () => Promise.resolve(),
    whileLocked: async (reason, body) => {
      lockedBecause = reason;
      try {
        return await body();
      } finally {
        lockedBecause = "";
      }
    },
  };
  const reader = {
    ask: (name: string) => {
      asked.push(`${name} ${lockedBecause}`);
      return Promise.resolve({
        ids: [],
        problem: null,
        over: asked.length % 3 === 0,
        share: 0.5,
        emptied: null,
      });
    },
  };
  const phases: string[] = [];
  const activity = {
    isCancelled: () => false,
    progress: () => undefined,
    phase: (phase: string) => phases.push(phase),
    part: () => activity,
  };
  const lab = new RunsLab(
    { store: store as Store, emit: () => undefined },
    { work: (_kind, _title, body) => body(activity as never) },
    { quick: reader as never, slow: reader as never },
  );
  await lab.import("runs.json");
  await lab.importEach(["runs.json"]);
  await lab.emptyTrash({ runIds: [] });
  // Each in two parts.
  const taken = "takeBundle runs are being imported";
  const taking = ["readBundle ", taken, taken];
  expect(asked.filter((one) => !one.startsWith("table"))).toEqual([
    ...taking,
    ...taking,
    "emptyTrash the trash is being emptied",
    "emptyTrash the trash is being emptied",
    "reclaim the trash is being emptied",
  ]);
  expect(phases).toEqual(["deleting runs", expect.stringMatching(/^giving the room back to the disk/)]);
});

it("cancelled, emptying the trash stops after a part and leaves the file as large as it is", async () => {
  const asked: unknown[] = [];
  let cancelled = false;
  const reader = {
    ask: (name: string, input: unknown) => {
      if (name === "table") return Promise.resolve({ ids: cancelled ? ["b"] : ["a", "b"], problem: null });
      asked.push(name, input);
      cancelled = true;
      return Promise.resolve({ over: false, beforeBytes: 7, emptied: null });
    },
  };
  const store: Pick<Store, "whileLocked" | "unlocked"> = {
    unlocked: () => Promise.resolve(),
    whileLocked: (_reason, body) => body(),
  };
  const activity = { isCancelled: () => cancelled, phase: () => undefined };
  const lab = new RunsLab(
    { store: store as Store, emit: () => undefined },
    { work: (_kind, _title, body) => body(activity as never) },
    { quick: reader as never, slow: reader as never },
  );
  await lab.emptyTrash({ runIds: null });
  expect(asked).toEqual([
    "emptyTrash",
    { runIds: ["a", "b"], beforeBytes: null },
    "reclaim",
    { runs: 1, beforeBytes: 7, compact: false },
  ]);
});

it("cancelled, an import takes out what has arrived and says so, and no further bundle is begun or told of", async () => {
  let cancelled = false;
  const asked: unknown[] = [];
  const imported = { added: ["first"], replaced: [], skipped: [], inTrash: [] };
  const reader = {
    ask: (name: string, { giveUp }: { readonly giveUp?: boolean }) => {
      asked.push(giveUp ?? name);
      cancelled = name === "takeBundle";
      return Promise.resolve({ over: giveUp === true, share: 0.5, imported });
    },
  };
  const store: Pick<Store, "whileLocked" | "unlocked"> = {
    unlocked: () => Promise.resolve(),
    whileLocked: (_reason, body) => body(),
  };
  const activity = { isCancelled: () => cancelled, progress: () => undefined, part: () => activity };
  const lab = new RunsLab(
    { store: store as Store, emit: () => undefined },
    { work: (_kind, _title, body) => body(activity as never) },
    { quick: reader as never, slow: reader as never },
  );
  const cut = { ...imported, cancelled: true };
  expect(await lab.import("runs.json")).toEqual(cut);
  cancelled = false;
  const told: unknown[] = [];
  const order = { onBundle: (bundle: unknown) => told.push(bundle) };
  expect(await lab.importEach(["runs.json", "more.json"], order)).toEqual([
    { path: "runs.json", runs: cut, failure: "" },
  ]);
  expect(told).toEqual([]);
  const once = ["readBundle", false, true];
  expect(asked).toEqual([...once, ...once]);
});
