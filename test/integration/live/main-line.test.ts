import { MessageChannel, Worker } from "node:worker_threads";
import { afterEach, expect, it } from "vitest";
import { MainLine } from "../../../src/sandbox/main-line.ts";
import { SANDBOX_CONTROL, SANDBOX_CONTROL_WORDS } from "../../../src/shared/live/sandbox-protocol.ts";

/** Main's end of the line: it wakes whoever sleeps as if for an earlier answer, and answers some time after. */
const MAIN = `
const { workerData } = require("node:worker_threads");
const { port, control, answers } = workerData;
port.on("message", ({ request }) => {
  Atomics.notify(control, answers);
  setTimeout(() => {
    port.postMessage({ kind: "answer", answer: "for " + request.query, refusal: null, leftBytes: 7 });
    Atomics.add(control, answers, 1);
    Atomics.notify(control, answers);
  }, 50);
});`;

let main: Worker | undefined;
afterEach(() => main?.terminate());

it("sleeps until its own answer is there, though it is woken late for the one before", () => {
  const control = new Int32Array(new SharedArrayBuffer(SANDBOX_CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT));
  const { port1, port2 } = new MessageChannel();
  main = new Worker(MAIN, {
    eval: true,
    workerData: { port: port2, control, answers: SANDBOX_CONTROL.answers },
    transferList: [port2],
  });
  const line = new MainLine(port1, control);
  for (const query of ["kind:training", "kind:ladder", "tag:keep"]) {
    expect(line.ask({ kind: "runs", query })).toBe(`for ${query}`);
  }
  expect(line.leftBytes).toBe(7);
  port1.close();
});
