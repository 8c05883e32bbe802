import { expect, expectTypeOf, test } from "vitest";
import { ipcHandlers } from "../../../../src/main/ipc/ipc-handlers.ts";
import { labCall, type AnsweringLab } from "../../../../src/main/ipc/lab-calls.ts";
import type { IpcServices } from "../../../../src/main/ipc/own-handlers.ts";
import type { Lab } from "../../../../src/main/lab/lab.ts";
import { IPC_CALLS } from "../../../../src/shared/ipc/ipc-contract.ts";
import type { QueuedTraining } from "../../../../src/shared/experiments/training.ts";

const refuse = (): never => {
  throw new Error("nothing is asked for here");
};

/** A lab of which only what is named may be used. */
const servicesOf = (parts: Partial<Lab>): IpcServices => ({
  lab: Promise.resolve(parts as Lab),
  idleLab: Promise.resolve(parts as Lab),
  resourcesDir: "resources",
  askWhere: refuse,
  askReplace: refuse,
  askWhich: refuse,
  printPage: refuse,
  printHtml: refuse,
  querySql: refuse,
  writeClipboard: refuse,
  opened: { add: refuse, addRecent: refuse },
  recent: { add: refuse, entries: refuse, clear: refuse },
  showCommands: refuse,
});

test("ipcHandlers() answers every call of the contract", () => {
  expect(Object.keys(ipcHandlers(servicesOf({}))).sort()).toEqual(Object.keys(IPC_CALLS).sort());
});

test("labCall() asks the part and the method that the call's name spells, on the part itself", async () => {
  const training = {
    waiting: [
      { id: "a", title: "a training", note: "", queuedAt: "", state: "waits", reason: "" },
    ] satisfies QueuedTraining[],
    queueGet() {
      return this.waiting;
    },
  };
  const answer = labCall("trainingQueueGet", Promise.resolve({ training }));
  expect(await answer(undefined)).toBe(training.waiting);
});

test("labCall() gives the input on and waits for a lab that is still opening", async () => {
  const asked: unknown[] = [];
  const views = { drop: (input: unknown) => asked.push(input) };
  let opened: (lab: { views: typeof views }) => void = refuse;
  const opening = new Promise<{ views: typeof views }>((resolve) => {
    opened = resolve;
  });
  const answer = labCall("viewsDrop", opening)({ name: "mine" });
  expect(asked).toEqual([]);
  opened({ views });
  await answer;
  expect(asked).toEqual([{ name: "mine" }]);
});

test("what writes to the database waits while a thread of the lab locks it; what reads does not", async () => {
  let unlock: () => void = refuse;
  const locked = new Promise<void>((resolve) => {
    unlock = resolve;
  });
  const said: unknown[] = [];
  const parts = {
    database: { unlocked: () => locked },
    documents: { keep: (input: unknown) => said.push(input), list: () => ["mine"] },
  };
  const handlers = ipcHandlers(servicesOf(parts as unknown as Partial<Lab>));
  const typed = { id: "mine", text: "a", baseVersion: 1 };
  const kept = handlers.documentsKeep(typed);
  expect(await handlers.documentsList({ search: "" })).toEqual(["mine"]);
  expect(said).toEqual([]);
  unlock();
  await kept;
  expect(said).toEqual([typed]);
});

test("what a notebook asks while it is read and written is answered before the workers have started", async () => {
  const idle = {
    documents: { list: () => ["mine"] },
    session: { standings: () => ["never run"], forecast: refuse },
  };
  const handlers = ipcHandlers({
    ...servicesOf({}),
    lab: new Promise(() => undefined),
    idleLab: Promise.resolve(idle as unknown as Lab),
  });
  expect(await handlers.documentsList({ search: "" })).toEqual(["mine"]);
  expect(await handlers.sessionStandings({ documentId: "mine", text: "" })).toEqual(["never run"]);
  const forecast = handlers.sessionForecast({ documentId: "mine", text: "", selection: { kind: "all" } });
  expect(await Promise.race([forecast, new Promise((resolve) => setImmediate(resolve, "waits"))])).toBe(
    "waits",
  );
});

test("a lab without a call's method, or with one that takes or answers something else, does not compile", () => {
  type Answering = AnsweringLab<"viewsDrop" | "activityCancel">;
  expectTypeOf<Lab>().toExtend<Answering>();
  expectTypeOf<Omit<Lab, "views">>().not.toExtend<Answering>();
  expectTypeOf<{ activity: Lab["activity"]; views: Pick<Lab["views"], "list"> }>().not.toExtend<Answering>();
  expectTypeOf<{
    activity: Lab["activity"];
    views: { drop: (input: { id: number }) => void };
  }>().not.toExtend<Answering>();
  expectTypeOf<{ activity: { cancel: () => boolean }; views: Lab["views"] }>().not.toExtend<Answering>();
});
