import { relative } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Of what comes to pass in another process or thread, on a machine that others keep busy: only a failure takes as long. */
const expectSoon = { poll: { timeout: 60_000 } };
/** To look for something in a window takes the window a tenth of a second: at each twentieth it would do nothing else. */
const expectSoonOfWindow = { poll: { timeout: 60_000, interval: 250 } };

/** These measure times, or fill every core of the machine on purpose: nothing else may run beside them. */
const ALONE = [
  "test/integration/engine/worker-heap.test.ts",
  "test/integration/engine/engine-faults.test.ts",
  "test/integration/lab/busy-machine.test.ts",
  "test/integration/lab/ladder.test.ts",
  "test/integration/lab/training.test.ts",
];

/** These look at the memory of their process, or at what a fresh one is like. The others share processes, as one lab after the other would. */
const APART = [
  "test/integration/engine/give-back.test.ts",
  "test/integration/engine/own-compiler.test.ts",
  "test/integration/fuzz/fuzz.test.ts",
  "test/integration/lab/data-held-once.test.ts",
  "test/integration/lab/idle-memory.test.ts",
  "test/integration/live/freeing.test.ts",
  "test/integration/live/limits.test.ts",
  "test/integration/live/thousand-cells.test.ts",
];

/**
 * Windows in which a ladder takes all processors, in which memory is watched, which come to the front, or which the
 * keyboard alone drives: two at a time leave a processor idle in turns.
 */
const WINDOWS_IN_PAIRS = [
  "test/e2e/growth.test.ts",
  "test/e2e/ladder.test.ts",
  "test/e2e/live-notebook.test.ts",
  "test/e2e/shell.test.ts",
];

/** The longest files, first those that wait for Slurm: begun late, they would keep one processor busy and the other not. */
const FIRST = [
  "test/integration/slurm/sweep.test.ts",
  "test/integration/lab/command-line-ends.test.ts",
  "test/integration/lab/command-line.test.ts",
  "test/integration/lab/lab-run.test.ts",
  "test/integration/lab/train-resume.test.ts",
  "test/integration/lab/gradcheck.test.ts",
  "test/integration/documents/notebook-parts.test.ts",
  "test/integration/lab/memory-forecast.test.ts",
  "test/integration/slurm/plain-node.test.ts",
  "test/integration/exchange/pytorch-export.test.ts",
  "test/integration/lab/shown-data.test.ts",
  "test/e2e/restart.test.ts",
  "test/e2e/layout.test.ts",
  "test/e2e/train.test.ts",
  "test/e2e/notebook.test.ts",
  "test/e2e/memory.test.ts",
  "test/e2e/train-killed.test.ts",
  "test/e2e/data.test.ts",
  "test/e2e/cluster-sweep.test.ts",
  "test/e2e/ladder.test.ts",
];

/** On a fresh machine vitest knows no durations, and takes the size of a file for its length. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = FIRST.indexOf(relative(this.ctx.config.root, moduleId).replaceAll("\\", "/"));
      return at === -1 ? FIRST.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

/** Integration tests that run beside each other. */
const BESIDE_OTHERS = {
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: expectSoon,
  // One test waits for its workers, its child process, its disk or Slurm while others compute: three left a fifth of two
  // processors idle.
  maxWorkers: 4,
  pool: "forks",
  sequence: { groupOrder: 1 },
} as const;

const WINDOW = {
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: expectSoonOfWindow,
  pool: "forks",
  globalSetup: "test/e2e/keep-profiles.ts",
  // The driver is read once, not for each file.
  isolate: false,
} as const;

/** The test command starts a virtual display for each window that may be open at a time. */
const windows = (process.env["BACKPROP_LAB_TEST_DISPLAYS"] ?? "").split(",").length;

export default defineConfig({
  test: {
    reporters: ["default"],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          testTimeout: 120_000,
          // Nothing here starts threads or keeps anything outside its file: a process a file cost half of the time, and
          // a second one gains nothing: each compiles the same modules.
          isolate: false,
          pool: "forks",
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          exclude: [...ALONE, ...APART],
          ...BESIDE_OTHERS,
          isolate: false,
        },
      },
      { test: { name: "integration-apart", include: APART, ...BESIDE_OTHERS } },
      {
        test: {
          name: "integration-alone",
          include: ALONE,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: expectSoon,
          fileParallelism: false,
          pool: "forks",
          // One after the other in one process: the lab is read once, not five times.
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: WINDOWS_IN_PAIRS,
          ...WINDOW,
          maxWorkers: windows,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "e2e-pairs",
          include: WINDOWS_IN_PAIRS,
          ...WINDOW,
          maxWorkers: Math.min(2, windows),
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
