import { expect, test } from "vitest";
import { parseProcessorTimes, processorTimes } from "../../../../src/main/timing/processor-times.ts";

test("parseProcessorTimes() reads /proc/stat: waiting for a disk is idle, what the host takes is neither", () => {
  const stat =
    "cpu  100 20 30 400 50 6 7 80 9 0\ncpu0 50 10 15 200 25 3 3 40 4 0\ncpu1 50 10 15 200 25 3 4 40 5 0\n";
  expect(parseProcessorTimes(stat)).toEqual({
    processors: 2,
    busyMs: 1_630,
    idleMs: 4_500,
    stolenMs: 800,
  });
  // Kernels before 2.6 end earlier.
  expect(parseProcessorTimes("cpu  1 2 3 4\ncpu0 1 2 3 4\n")).toEqual({
    processors: 1,
    busyMs: 60,
    idleMs: 40,
    stolenMs: 0,
  });
  expect(parseProcessorTimes("intr 1 2 3\n")).toBeNull();
});

test("processorTimes() knows the processors of this machine", () => {
  const times = processorTimes();
  if (times === null) throw new Error("this system does not tell");
  expect(times.processors).toBeGreaterThan(0);
  expect(times.busyMs + times.idleMs).toBeGreaterThan(0);
});
