import { afterAll, beforeAll, expect, it } from "vitest";
import { collectGarbage } from "../../../src/main/engine/collect-garbage.ts";
import { MNIST_DATASET } from "../../../src/shared/experiments/dataset.ts";
import type { NetworkSpec } from "../../../src/shared/specs/network-spec.ts";
import { TRAIN_PRESETS } from "../../../src/shared/specs/train-presets.ts";
import { openTestLab, type TestLab } from "./open-test-lab.ts";

const THREADS = 2;
const PIXELS = MNIST_DATASET.features;
const SMALL = TRAIN_PRESETS.small.spec;
const [TRAIN_ROWS, VALID_ROWS] = [SMALL.data.rows, SMALL.validRows];
/** Labels, a table of bytes' values, weights: far below any copy of the images. */
const BESIDE_BYTES = 2e6;

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(THREADS);
});
afterAll(() => test.close());

const network = (rows: number): NetworkSpec => ({
  layers: SMALL.layers,
  loss: SMALL.loss,
  data: { name: "mnist", split: "train", rows },
  seed: 3,
});

async function mainHeapBytes(): Promise<number> {
  await collectGarbage();
  // Electron counts arrays here, not among its array buffers; shared memory nowhere.
  return process.memoryUsage().external;
}

it("training, gradient check, notebook and initialisation: every row of MNIST is in memory once", async () => {
  const { lab } = test;
  const before = await mainHeapBytes();
  /** In the arena these bytes of rows, in main's heap none. */
  const expectHeld = async (what: string, rowBytes: number): Promise<void> => {
    const { usedBytes } = lab.diagnostics.get().arena;
    expect(usedBytes, `${what}: the arena`).toBeGreaterThanOrEqual(rowBytes);
    expect(usedBytes, `${what}: the arena`).toBeLessThan(rowBytes + BESIDE_BYTES);
    expect((await mainHeapBytes()) - before, `${what}: main's heap`).toBeLessThan(BESIDE_BYTES);
  };
  const finished = async ({
    done,
  }: {
    readonly done: Promise<{ readonly status: string }>;
  }): Promise<void> => {
    expect((await done).status).toBe("finished");
  };

  await finished(lab.training.start({ spec: { ...SMALL, epochs: undefined, steps: 20 }, threads: THREADS }));
  await expectHeld("training", (TRAIN_ROWS + VALID_ROWS) * PIXELS);

  const check = { bug: null, coordinates: 2, tolerance: "strict" } as const;
  await finished(
    lab.gradcheck.start({ ...check, references: ["float64"], network: network(300), threads: THREADS }),
  );
  await expectHeld("gradient check", VALID_ROWS * PIXELS + 300 * 4 * PIXELS);

  const settings = { seed: 1, rows: 5_000, threads: THREADS, limitMs: null };
  const kernel = await lab.live.open(settings);
  const cell = await kernel.runCell({ id: "a", source: "const { xTrain } = data();\nprint(xTrain.mean());" });
  expect(cell.error).toBeNull();
  // The cell's variable holds its rows as floats besides.
  await expectHeld("notebook", VALID_ROWS * PIXELS + 5_300 * 4 * PIXELS);
  await kernel.close();

  await finished(
    lab.init.save({ otherwise: null, gradients: true, network: network(10_000), threads: THREADS }),
  );
  await expectHeld("initialisation", VALID_ROWS * PIXELS + 10_000 * 4 * PIXELS);
});
