import { afterAll, beforeAll, expect, test } from "vitest";
import type { Lab } from "../../../src/main/lab/lab.ts";
import { GRADIENT_REFERENCES } from "../../../src/shared/experiments/gradcheck.ts";
import { composedOfPart, type OwnComposedLayer } from "../../../src/shared/live/notebook-part.ts";
import { DEEP_CLASSIFIER, type NetworkSpec } from "../../../src/shared/specs/network-spec.ts";
import { NOTEBOOK_SPEC } from "../../../src/shared/specs/notebook-spec.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { checkGradients } from "../lab/check-gradients.ts";
import { openTestLab, type TestLab } from "../lab/open-test-lab.ts";

/** A linear layer, tanh, a layer norm: gone back through by hand, with `factor` on the first weights' gradient. */
const dense = (name: string, factor: string): string =>
  `ownLayer("${name}", (n) => new nn.Sequential(new nn.Linear(n, Math.floor(n / 2)), new nn.Tanh(), new nn.LayerNorm(Math.floor(n / 2))), (layer, x, y) => {
  const [lin, , norm] = layer.layers as [nn.Linear, nn.Tanh, nn.LayerNorm];
  const a = lin.call(x).tanh();
  const centred = a.sub(a.mean({ dim: 1, keepdim: true }));
  const scale = a.variance({ dim: 1, correction: 0, keepdim: true }).add(norm.eps).rsqrt();
  const h = centred.mul(scale), dh = y.g!.mul(norm.weight);
  norm.weight.g = y.g!.mul(h).sum({ dim: 0 });
  norm.bias.g = y.g!.sum({ dim: 0 });
  const da = scale.mul(dh.sub(dh.mean({ dim: 1, keepdim: true })).sub(h.mul(dh.mul(h).mean({ dim: 1, keepdim: true }))));
  const dz = da.mul(sub(1, a.square()));
  lin.weight.g = dz.t().matmul(x)${factor};
  lin.bias.g = dz.sum({ dim: 0 });
  x.g = dz.matmul(lin.weight);
});`;
const RIGHT = dense("dense", "");
const TEXT = [
  "// lab notebook 1 · title: Mine · seed: 42 · threads: 2 · rows: 500",
  "// %% code id=c1",
  RIGHT,
  "// %% code id=c2",
  dense("wrong", ".mul(-10)"),
  "",
].join("\n");

let opened: TestLab;
let lab: Lab;
const defined = new Map<string, OwnComposedLayer>();
const own = (name: "dense" | "wrong"): OwnComposedLayer => {
  const found = defined.get(name);
  if (found === undefined) throw new Error(`no notebook has defined ${name}`);
  return found;
};
beforeAll(async () => {
  opened = await openTestLab(2);
  ({ lab } = opened);
});
afterAll(() => opened.close());

test("a notebook defines them", async () => {
  const { id: documentId } = await lab.documents.create({
    from: { kind: "text", text: TEXT },
    title: "By hand",
  });
  await lab.session.run({ documentId, text: TEXT, selection: { kind: "all" } });
  await expect.poll(() => lab.activity.state()).toBeNull();
  for (const part of lab.session.parts()) {
    if (part.kind === "layer") defined.set(part.name, composedOfPart(part));
  }
  expect(own("dense").backward).toContain("dx = dz @ t(w1)");
  expect(own("wrong").backward).not.toStrictEqual(own("dense").backward);
});

const linear = (inFeatures: number, out: number) =>
  ({ type: "linear", in: inFeatures, out, init: "kaimingNormal" }) as const;
/** Twice, behind layers of other widths. */
const layersOf = (layer: OwnComposedLayer): TrainSpec["layers"] => [
  linear(784, 40),
  { type: "relu", shift: 0 },
  layer,
  layer,
  linear(10, 10),
];
const withoutBackward = (layer: OwnComposedLayer): OwnComposedLayer => {
  const { backward: _, ...rest } = layer;
  return rest;
};
const specOf = (layer: OwnComposedLayer): TrainSpec => ({
  ...NOTEBOOK_SPEC,
  ...DEEP_CLASSIFIER,
  layers: layersOf(layer),
  data: { name: "mnist", split: "train", rows: 1_280 },
  validRows: 200,
  epochs: undefined,
  steps: 20,
});
const train = (spec: TrainSpec) => lab.training.start({ spec, threads: 2 }).done;
const losses = (runId: string): number[] =>
  lab.runs.metrics(runId).flatMap(({ name, value }) => (name === "loss" ? [value] : []));
const networkOf = (layer: OwnComposedLayer): NetworkSpec => ({
  ...DEEP_CLASSIFIER,
  layers: layersOf(layer),
  data: { ...DEEP_CLASSIFIER.data, rows: 64 },
});

test("a training that goes back by hand has the losses of the lab's own gradients, to rounding", async () => {
  const [mine, twin] = [
    await train(specOf(own("dense"))),
    await train(specOf(withoutBackward(own("dense")))),
  ];
  expect(mine).toMatchObject({ status: "finished", failure: null });
  const [found, expected] = [losses(mine.id), losses(twin.id)];
  expect(found).toHaveLength(20);
  expect(expected.at(-1)).toBeLessThan((expected[0] ?? 0) * 0.8);
  found.forEach((value, step) => expect(Math.abs(value / (expected[step] ?? NaN) - 1)).toBeLessThan(1e-3));
  expect(mine.id).not.toBe(twin.id);
  expect(lab.runs.get({ runId: mine.id }).ownParts).toMatchObject([
    {
      kind: "layer",
      name: "dense",
      forward: "linear n → n / 2, tanh, layer norm",
      backward: own("dense").backward?.join("\n"),
      origin: { notebook: "By hand", source: RIGHT },
    },
  ]);
});

test("a wrong backward trains badly", async () => {
  const bad = await train(specOf(own("wrong")));
  const { id } = lab.training.identify({ spec: specOf(own("dense")), threads: 2 });
  expect(losses(bad.id).at(-1)).toBeGreaterThan((losses(id).at(-1) ?? NaN) * 1.05);
});

test("the gradient check passes it against every reference, and fails a wrong one", async () => {
  const passed = await checkGradients(lab, networkOf(own("dense")), GRADIENT_REFERENCES);
  expect(passed.reports.filter(({ verdict }) => verdict !== "passed")).toStrictEqual([]);
  expect(passed.passed).toBe(true);
  const { reports, notes, passed: wrongPassed } = await checkGradients(lab, networkOf(own("wrong")));
  expect(wrongPassed).toBe(false);
  expect(reports.flatMap(({ tensor, verdict }) => (verdict === "failed" ? [tensor] : []))).toStrictEqual([
    "w2",
    "w3",
  ]);
  expect(notes).toContain(
    "The gradient that your backward of wrong gives w3 is not the derivative of its forward.",
  );
  expect(passed.notes.join()).not.toContain("your backward");
});

test("the stepper shows the gradients that it gives, and the initialisation takes it", async () => {
  const network = networkOf(own("dense"));
  const { tensors, steps } = await lab.stepper.trace({ network, threads: 1 });
  const names = tensors.map(({ name }) => name);
  for (const name of ["dW1", "dW2", "dW3", "dW4", "db2", "dgain1", "dshift2"]) expect(names).toContain(name);
  expect(steps.filter(({ title }) => title === "")).toStrictEqual([]);
  const { sides, notes } = await lab.init.measure({ network, otherwise: null, gradients: true, threads: 2 });
  const seen = sides[0]?.layers.map(({ type, gradient }) => `${type} ${gradient !== null}`) ?? [];
  expect(seen).toStrictEqual([
    "linear true",
    "relu true",
    "linear false",
    "tanh false",
    "layerNorm true",
    "linear false",
    "tanh false",
    "layerNorm true",
    "linear true",
  ]);
  expect(notes.join()).toContain("Between the layers inside dense no gradient is shown");
});
