import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GradcheckRecord, GradcheckSettings } from "../../../src/shared/experiments/gradcheck.ts";
import type { LayerSpec } from "../../../src/shared/specs/layer-spec.ts";
import { DEEP_CLASSIFIER, type NetworkSpec } from "../../../src/shared/specs/network-spec.ts";
import { NOTEBOOK_SPEC } from "../../../src/shared/specs/notebook-spec.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { openTestLab, type TestLab } from "./open-test-lab.ts";

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(2);
});
afterAll(async () => {
  await test.close();
});

const SWISH: LayerSpec = { type: "own", name: "swish", forward: "z * sigmoid(z)" };
/** 46 functions: more than a map takes. */
const LONG: LayerSpec = {
  type: "own",
  name: "long",
  forward: `tanh(z)${" + 0.01 * tanh(z) * z".repeat(11)}`,
};

const withActivation = (activation: LayerSpec): NetworkSpec => ({
  ...DEEP_CLASSIFIER,
  layers: DEEP_CLASSIFIER.layers.map((layer) => (layer.type === "relu" ? activation : layer)),
  data: { ...DEEP_CLASSIFIER.data, rows: 64 },
});

async function check(
  activation: LayerSpec,
  references: GradcheckSettings["references"] = ["float64"],
): Promise<GradcheckRecord["report"]> {
  const network = withActivation(activation);
  const run = await test.lab.gradcheck.start(
    { network, references, bug: null, coordinates: 5, tolerance: "strict", threads: 2 },
    null,
  ).done;
  expect(run).toMatchObject({ status: "finished", failure: null });
  return test.lab.gradcheck.get({ runId: run.id }).report;
}

async function train(activation: LayerSpec, steps = 30) {
  const spec: TrainSpec = {
    ...NOTEBOOK_SPEC,
    ...withActivation(activation),
    data: { name: "mnist", split: "train", rows: 1_280 },
    validRows: 0,
    epochs: undefined,
    steps,
  };
  return test.lab.training.start({ spec, threads: 2 }).done;
}

const lossesOf = (runId: string): number[] =>
  test.lab.runs
    .metrics(runId)
    .filter(({ name }) => name === "loss")
    .map(({ value }) => value);

describe("an activation of one's own", () => {
  it("trains as the built-in one that it writes out, derived or with a backward of its own", async () => {
    const builtIn = await train({ type: "tanh" });
    const derived = await train({ type: "own", name: "mine", forward: "tanh(z)" });
    const given = await train({
      type: "own",
      name: "mine",
      forward: "tanh(z)",
      backward: "dy * (1 - tanh(z) ** 2)",
    });
    const expected = lossesOf(builtIn.id);
    expect(expected).toHaveLength(30);
    for (const run of [derived, given]) {
      expect(run).toMatchObject({ status: "finished", failure: null });
      lossesOf(run.id).forEach((loss, step) => {
        expect(Math.abs(loss / expected[step] - 1), `step ${step}`).toBeLessThan(1e-4);
      });
    }
  });

  it("is part of the run: another formula is another run, and the text is kept in its parameters", async () => {
    const one = await train(SWISH, 2);
    const other = await train({ ...SWISH, forward: "z * sigmoid(1.1 * z)" }, 2);
    expect(other.id).not.toBe(one.id);
    expect(JSON.stringify(one)).toContain("z * sigmoid(z)");
  });

  it("passes the gradient check against every reference", async () => {
    const report = await check(SWISH, ["float64", "finite-difference", "direction", "tfjs"]);
    expect(report.passed).toBe(true);
  });

  it.each([
    ["a kink", { type: "own", name: "bent", forward: "where(z > 0, z, 0.1 * z)" }],
    ["more functions than a map takes", LONG],
    ["a right backward", { ...SWISH, backward: "dy * (sigmoid(z) + z * sigmoid(z) * sigmoid(-z))" }],
  ] as const)("passes the gradient check with %s", async (_what, activation) => {
    expect((await check(activation)).passed).toBe(true);
  });

  it("fails the gradient check with a wrong backward, in the layers before it and in none behind", async () => {
    const report = await check({ ...SWISH, backward: "dy * sigmoid(z)" });
    expect(report.passed).toBe(false);
    const wrong = new Set(
      report.reports.filter(({ verdict }) => verdict === "failed").map(({ tensor }) => tensor),
    );
    expect(wrong.has("w1")).toBe(true);
    expect(wrong.has("w3")).toBe(false);
  });

  it("is written by name into the steps of a backward pass", async () => {
    const network = withActivation(SWISH);
    const { steps, tensors } = await test.lab.stepper.trace({ network, threads: 1 });
    expect(tensors.map(({ name, formula }) => `${name} = ${formula}`)).toEqual(
      expect.arrayContaining(["a1 = swish(z1)", "dz1 = slope at z1 · da1"]),
    );
    expect(steps.filter(({ op }) => op === "map")).toHaveLength(4);
  });
});
