import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stateNames } from "../../../../../../src/core/optimisers/optimiser.ts";
import { parameterShapes } from "../../../../../../src/core/network/network.ts";
import { resolveTraining } from "../../../../../../src/main/lab/training/resolved-training.ts";
import { readSafetensors, writeSafetensors } from "../../../../../../src/main/data/safetensors.ts";
import { Checkpoints, type Checkpoint } from "../../../../../../src/main/lab/training/session/checkpoints.ts";
import { weightsChoiceSchema } from "../../../../../../src/shared/experiments/learned.ts";
import { networkOf } from "../../../../../../src/shared/specs/network-spec.ts";
import { TRAIN_PRESETS } from "../../../../../../src/shared/specs/train-presets.ts";
import { stepsOf } from "../../../../../../src/shared/specs/train-spec.ts";

const { spec } = TRAIN_PRESETS.small;
const { total } = stepsOf(spec);
let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "backprop-lab-checkpoints-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const at = (step: number): Checkpoint => ({
  state: {
    step,
    rateChanges: [],
    values: Object.fromEntries(
      parameterShapes(networkOf(spec)).flatMap(({ name, shape, learned }) => {
        const values = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(step);
        const states = learned ? stateNames(spec.optimizer) : [];
        return [
          [name, values],
          ...states.map((state): [string, Float32Array] => [`${name} ${state}`, values]),
        ];
      }),
    ),
  },
  evaluated: false,
  wallMs: 1,
});

/** Two checkpoints, of steps 1 and 2. */
async function saved(): Promise<Checkpoints> {
  const checkpoints = new Checkpoints(root, "run", resolveTraining(spec));
  await checkpoints.saveLatest(at(1));
  await checkpoints.saveLatest(at(2));
  return new Checkpoints(root, "run", resolveTraining(spec));
}

type Change = (path: string) => Promise<void> | void;
const changed =
  (change: (file: Awaited<ReturnType<typeof readSafetensors>>) => object): Change =>
  async (path) => {
    const file = await readSafetensors(path);
    await writeSafetensors(path, { ...file, ...change(file) });
  };

describe("a checkpoint that is not what its training saves (issue 14, 34)", () => {
  it.each<[string, Change, string]>([
    [
      "a step beyond the last",
      changed(({ metadata }) => ({ metadata: { ...metadata, step: "999999999" } })),
      `a step up to ${total}`,
    ],
    [
      "a parameter of one value",
      changed(({ tensors }) => ({ tensors: { ...tensors, w1: { shape: [1], data: Float32Array.of(1) } } })),
      "w1 of shape",
    ],
    [
      "a tensor too many",
      changed(({ tensors }) => ({ tensors: { ...tensors, evil: { shape: [0], data: new Float32Array() } } })),
      "evil",
    ],
    ["no step", changed(() => ({ metadata: {} })), "a training's state"],
    ["half a file", (path) => writeFileSync(path, readFileSync(path).subarray(0, 5_000)), "bytes"],
  ])("is not taken, the other one is, and it is said: %s", async (_what, change, said) => {
    const checkpoints = await saved();
    await change(checkpoints.pathOf("latest-b"));
    const found = await checkpoints.newest();
    expect(found?.checkpoint.state.step).toBe(1);
    expect(found?.refused).toContain(said);
    await change(checkpoints.pathOf("latest-a"));
    await expect(checkpoints.newest()).rejects.toThrow(said);
  });

  it("weights to choose from are listed: what it came to, the best, then those kept on its way", async () => {
    const checkpoints = await saved();
    expect(await new Checkpoints(root, "none", resolveTraining(spec)).choices()).toEqual([]);
    expect(await checkpoints.choices()).toEqual(["latest"]);
    for (const name of ["kept-100", "kept-20", "best", "final"] as const) await checkpoints.save(name, at(3));
    for (const file of ["kept-1", "kept-x.safetensors", "kept-007.safetensors", "notes.txt"]) {
      writeFileSync(join(checkpoints.folder, file), "");
    }
    expect(await checkpoints.choices()).toEqual(["final", "latest", "best", "kept-20", "kept-100"]);
    for (const choice of await checkpoints.choices()) expect(v.is(weightsChoiceSchema, choice)).toBe(true);
    for (const other of ["kept-", "kept--1", "kept-1e3", "kept-../final", "latest-a", "", 7]) {
      expect(v.is(weightsChoiceSchema, other)).toBe(false);
    }
  });

  it("the newer of two sound ones is taken, and none is no fault", async () => {
    expect(await new Checkpoints(root, "none", resolveTraining(spec)).newest()).toBeNull();
    const found = await (await saved()).newest();
    expect(found).toMatchObject({ checkpoint: { state: { step: 2 } }, refused: "" });
  });
});
