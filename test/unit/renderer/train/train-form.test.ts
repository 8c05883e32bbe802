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

  it.each([
    { name: "sgd", lr: 0.1, momentum: 0.5, nesterov: true, weightDecay: 1e-4 },
    { name: "adam", lr: 0.01, beta1: 0.8, beta2: 0.95, eps: 1e-6, weightDecay: 0 },
    { name: "adamw", lr: 0.01, beta1: 0.85, beta2: 0.99, eps: 1e-7, weightDecay: 0.2 },
    { name: "rmsprop", lr: 0.01, alpha: 0.9, eps: 1e-5, weightDecay: 0 },
    { name: "adagrad", lr: 0.01, lrDecay: 0.1, initialAccumulatorValue: 0.3, eps: 1e-9, weightDecay: 0 },
  ])("gives back all of a spec that is put into it, with the constants of $name", (optimizer) => {
    const spec = parseSpecText(
      JSON.stringify({
        ...small,
        optimizer,
        schedule: { name: "step", warmupSteps: 5, every: 20, gamma: 0.25 },
        clipNorm: 2,
        shuffle: false,
        dropLast: true,
        augmentShift: 1,
        statisticsEvery: 7,
        labelSmoothing: 0.1,
        earlyStop: { patience: 4, minDelta: 0.01 },
        stopAtLoss: 0.2,
        stopAfterSeconds: 60,
        keepEveryMinutes: 5,
        weights: { file: "begin.safetensors" },
      }),
    );
    expect(toSpec(choiceOf(spec, "own"), { ...numbersOf(spec), threads: 1 })).toEqual({ spec });
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
