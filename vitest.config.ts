import { defineConfig } from "vitest/config";

/** Of what comes to pass in another process or thread, on a machine that others keep busy: only a failure takes as long. */
const expectSoon = { poll: { timeout: 60_000 } };

/** These measure times, or fill every core of the machine on purpose: nothing else may run beside them. */
const ALONE = [
  "test/integration/engine/engine.test.ts",
  "test/integration/engine/engine-faults.test.ts",
  "test/integration/lab/busy-machine.test.ts",
  "test/integration/lab/ladder.test.ts",
  "test/integration/lab/training.test.ts",
];

/** The test command starts a virtual display for each window that may be open at a time. */
const windows = (process.env["BACKPROP_LAB_TEST_DISPLAYS"] ?? "").split(",").length;

export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          testTimeout: 120_000,
          // Nothing here starts threads or keeps anything outside its file: a process a file cost half of the time.
          isolate: false,
          pool: "forks",
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          exclude: ALONE,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: expectSoon,
          // One test waits for its workers, its child process or its disk while another computes.
          maxWorkers: 2,
          pool: "forks",
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "integration-alone",
          include: ALONE,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: expectSoon,
          fileParallelism: false,
          pool: "forks",
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: expectSoon,
          maxWorkers: windows,
          pool: "forks",
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
