import { describe, expect, it } from "vitest";
import { TRAIN_PRESETS, type TrainPreset } from "../../../../src/shared/specs/train-presets.ts";
import { stubStorage } from "../stub-storage.ts";

stubStorage();
const { choiceOf, numbersOf, parseSpecText, toSpec } =
  await import("../../../../src/renderer/train/train-form.ts");

const { spec: small } = TRAIN_PRESETS.small;
const values = { ...numbersOf(small), threads: 2 };
const choice = choiceOf(small, "small");

/** The spec that the form gives. */
function specOf(change: Partial<typeof values>, chosen: Partial<typeof choice> = {}) {
  const made = toSpec({ ...choice, ...chosen }, { ...values, ...change });
  if ("problem" in made) throw new Error(made.problem);
  return made.spec;
}

describe("the form of a training", () => {
  it.each(Object.keys(TRAIN_PRESETS) as TrainPreset[])(
    "gives back the preset %s that is put into it",
    (name) => {
      const { spec } = TRAIN_PRESETS[name];
      const made = toSpec(choiceOf(spec, name), { ...numbersOf(spec), threads: 1 });
      expect(made).toMatchObject({
        spec: {
          layers: spec.layers,
          loss: spec.loss,
          epochs: spec.epochs,
          batchSize: spec.batchSize,
          seed: spec.seed,
        },
      });
      if ("spec" in made) expect(made.spec.optimizer.lr).toBe(spec.optimizer.lr);
    },
  );

  it("leaves out what 0 turns off, and counts steps instead of epochs where some are given", () => {
    const off = specOf({ patience: 0, stopAtLoss: 0, stopAfterSeconds: 0, keepEveryMinutes: 0, clipNorm: 0 });
    for (const key of ["earlyStop", "stopAtLoss", "stopAfterSeconds", "keepEveryMinutes", "steps"]) {
      expect(off, key).not.toHaveProperty(key);
    }
    expect(off.clipNorm).toBeNull();
    const on = specOf({ patience: 3, stopAtLoss: 0.1, clipNorm: 1, steps: 500 });
    expect(on).toMatchObject({ earlyStop: { patience: 3 }, stopAtLoss: 0.1, clipNorm: 1, steps: 500 });
    expect(on).not.toHaveProperty("epochs");
  });

  it("smooths labels of the cross entropy only", () => {
    expect(specOf({ labelSmoothing: 0.1 })).toHaveProperty("labelSmoothing", 0.1);
    expect(specOf({ labelSmoothing: 0.1 }, { loss: "mseOneHot" })).not.toHaveProperty("labelSmoothing");
  });

  it("takes momentum and nesterov for SGD only", () => {
    const sgd = specOf({ momentum: 0.8 }, { optimizer: "sgd", nesterov: true }).optimizer;
    expect(sgd).toMatchObject({ name: "sgd", momentum: 0.8, nesterov: true });
    expect(specOf({ momentum: 0.8 }, { optimizer: "adam" }).optimizer).not.toHaveProperty("momentum");
  });

  it("says in words why a network does not fit its loss", () => {
    const made = toSpec({ ...choice, loss: "mse" }, values);
    expect("problem" in made && made.problem).toMatch(/\w+ \w+/);
  });
});

describe("parseSpecText()", () => {
  it("reads what a training was started with", () => {
    expect(parseSpecText(JSON.stringify(small))).toMatchObject({
      layers: small.layers,
      epochs: small.epochs,
    });
  });

  it.each([
    ["{", /this is not JSON/],
    ["{}", /layers/],
    [JSON.stringify({ ...small, epochs: -1 }), /epochs/],
  ])("refuses %.20s by what is wrong with it", (text, words) => {
    expect(() => parseSpecText(text)).toThrow(words);
  });
});
