import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { IPC_CALLS, type IpcCallName } from "../../../../src/shared/ipc/ipc-contract.ts";
import { answerCall } from "../../../../src/main/ipc/answer-call.ts";
import type { IpcHandlers } from "../../../../src/main/ipc/ipc-handlers.ts";
import { openLog, type Log } from "../../../../src/main/place/log.ts";

let dir: string;
let log: Log;
let reached: IpcCallName[];
let handlers: IpcHandlers;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "answer-"));
  log = openLog(join(dir, "main.log"));
  reached = [];
  const answers: Partial<Record<IpcCallName, unknown>> = {
    runsList: [],
    activityCancel: { cancelled: true },
    stagesStart: { runId: 7 },
  };
  handlers = Object.fromEntries(
    (Object.keys(IPC_CALLS) as IpcCallName[]).map((name) => [
      name,
      () => {
        reached.push(name);
        if (name === "diagnosticsGet") throw new RangeError("no such counter");
        return answers[name];
      },
    ]),
  ) as unknown as IpcHandlers;
});
afterEach(() => rmSync(dir, { recursive: true }));

const logged = () => readFileSync(join(dir, "main.log"), "utf8");

test("answerCall() gives the handler's value when input and output keep the contract", async () => {
  expect(await answerCall("runsList", handlers, undefined, log)).toEqual({ ok: true, value: [] });
  expect(await answerCall("clipboardWrite", handlers, { kind: "text", text: "1\t2" }, log)).toEqual({
    ok: true,
    value: undefined,
  });
});

const MALFORMED: readonly (readonly [IpcCallName, unknown])[] = [
  ["runsList", { unexpected: true }],
  ["sessionRun", undefined],
  ["sessionRun", { documentId: "d", text: "", selection: { kind: "everything" } }],
  ["stagesStart", { seed: Number.NaN, rows: 1, threads: 1, samples: 5 }],
  ["trainingStart", "now"],
  ["runsGet", { runId: "" }],
  ["runsGet", { runId: "x".repeat(101) }],
  ["runsExport", { what: "timings", runIds: "all", weights: false }],
  ["clipboardWrite", { kind: "text", text: 1 }],
  ["clipboardWrite", { kind: "text", text: "x".repeat(10_000_001) }],
  ["clipboardWrite", { kind: "png", bytes: "x" }],
  ["fileSave", { suggestedName: "a", content: { kind: "png", bytes: [1, 2] } }],
  ["fileSave", { suggestedName: "x".repeat(1_001), content: { kind: "csv", text: "" } }],
];

for (const [name, payload] of MALFORMED) {
  const shown = (payload === undefined ? "nothing" : JSON.stringify(payload)).slice(0, 60);
  test(`fault 46: answerCall() refuses ${name} with ${shown}, logs it and does not reach the handler`, async () => {
    const answer = await answerCall(name, handlers, payload, log);
    expect(answer).toMatchObject({ ok: false, error: { code: "ContractError" } });
    expect(reached).toEqual([]);
    expect(logged()).toContain(`call refused: ${name}: `);
  });
}

test("answerCall() names the field that is wrong", async () => {
  const settings = { seed: 1, rows: 0, threads: 1, samples: 5 };
  const answer = await answerCall("stagesStart", handlers, settings, log);
  expect(answer).toMatchObject({
    ok: false,
    error: { message: "rows must be at least 1" },
  });
});

test("answerCall() answers an error's class, message and stack when the handler throws", async () => {
  const answer = await answerCall("diagnosticsGet", handlers, undefined, log);
  expect(answer).toMatchObject({ ok: false, error: { code: "RangeError", message: "no such counter" } });
  expect(logged()).toContain("diagnosticsGet failed");
});

test("answerCall() keeps back an answer that breaks the contract", async () => {
  const answer = await answerCall("stagesStart", handlers, { seed: 1, rows: 1, threads: 1, samples: 5 }, log);
  expect(answer).toMatchObject({ ok: false, error: { code: "TypeError" } });
  expect(logged()).toContain("main's answer breaks the contract");
});
