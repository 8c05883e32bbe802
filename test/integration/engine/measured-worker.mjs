// The real worker, which says after each program how much its heap has grown by it: on a channel named "heap".
import { BroadcastChannel } from "node:worker_threads";
import { PerformanceObserver } from "node:perf_hooks";
import { setTimeout as passes } from "node:timers/promises";
import v8 from "node:v8";

const { work: realWork } = await import(new URL("../../../out/main/worker.js", import.meta.url).href);

const channel = new BroadcastChannel("heap");
channel.unref();
const observer = new PerformanceObserver(() => undefined);
observer.observe({ entryTypes: ["gc"] });

export async function work(task) {
  if (task.kind !== "program") return realWork(task);
  await passes(20);
  observer.takeRecords();
  const before = v8.getHeapStatistics().used_heap_size;
  const answer = realWork(task);
  const grownBytes = v8.getHeapStatistics().used_heap_size - before;
  await passes(20);
  // A collection in between would hide what was allocated.
  channel.postMessage({ grownBytes, collections: observer.takeRecords().length });
  return answer;
}
