// The real worker, except that a program with a mark named "fault: …" makes its last worker fail in that way: what a
// crash, a hang or a thrown error looks like from outside.
import { readlinkSync } from "node:fs";
import { workerData } from "piscina";

const { work: realWork } = await import(new URL("../../../out/main/worker.js", import.meta.url).href);

/** Index of the word that counts the workers at the barrier; see CONTROL in src/shared/engine/worker-tasks.ts. */
const ARRIVED = 1;
/** Index of the first word that names a worker's thread. */
const THREAD_IDS = 256;
/** A worker at the barrier is asleep in Atomics.wait well before this. */
const ASLEEP_MS = 100;

const faultOf = (task) =>
  task.kind === "program" && task.worker === task.threads - 1
    ? (task.sections ?? [])
        .flatMap(({ groups }) => groups.flatMap(({ steps }) => steps))
        .find(({ op }) => op.op === "mark" && op.name.startsWith("fault: "))?.op.name
    : undefined;

const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** As the real worker does when it begins a task. */
function sayWhichThread(words, worker) {
  if (process.platform !== "linux") return;
  Atomics.store(words, THREAD_IDS + worker, Number(readlinkSync("/proc/thread-self").split("/")[2]));
}

export function work(task) {
  const words = new Int32Array(workerData.memory.buffer, 0, 512);
  if (faultOf(task) !== undefined) sayWhichThread(words, task.worker);
  switch (faultOf(task)) {
    case "fault: exit":
      process.exit(3);
      break;
    case "fault: exit before the barrier":
      while (Atomics.load(words, ARRIVED) !== task.threads - 1) sleep(1);
      sleep(ASLEEP_MS);
      process.exit(4);
      break;
    case "fault: exit in the barrier":
      Atomics.add(words, ARRIVED, 1);
      process.exit(5);
      break;
    case "fault: throw":
      throw new Error("thrown on purpose");
    case "fault: kernels": {
      const message = "relaxed256: wrong result, on purpose";
      return { ok: false, error: { code: "KernelUnavailableError", message } };
    }
    case "fault: hang":
      for (;;);
    case "fault: sleep":
      for (;;) sleep(60_000);
    case "fault: memory": {
      const hoard = [];
      for (;;) hoard.push(new Array(1_000_000).fill(hoard.length));
    }
  }
  return realWork(task);
}
