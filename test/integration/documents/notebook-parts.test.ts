import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Lab } from "../../../src/main/lab/lab.ts";
import {
  composedOfPart,
  layerOfPart,
  lossOfPart,
  type NotebookPart,
} from "../../../src/shared/live/notebook-part.ts";
import { GRADIENT_REFERENCES, type GradientReference } from "../../../src/shared/experiments/gradcheck.ts";
import { expandSweep, sweepSpecSchema } from "../../../src/shared/specs/sweep-spec.ts";
import type { LayerSpec } from "../../../src/shared/specs/layer-spec.ts";
import {
  NOTEBOOK_NETWORK,
  DEEP_CLASSIFIER,
  type NetworkSpec,
} from "../../../src/shared/specs/network-spec.ts";
import { NOTEBOOK_SPEC } from "../../../src/shared/specs/notebook-spec.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { checkGradients } from "../lab/check-gradients.ts";
import { labHere } from "../lab/lab-here.ts";
import {
  APP_VERSION,
  labOptions,
  makeTuned,
  openTunedLab,
  openTestLab,
  type TestLab,
} from "../lab/open-test-lab.ts";
import { THOROUGH } from "../../thorough.ts";
import * as v from "valibot";

let opened: TestLab;
let lab: Lab;
beforeAll(async () => {
  opened = await openTestLab(2);
  ({ lab } = opened);
});
afterAll(() => opened.close());

const document = (...cells: readonly string[]): string =>
  [
    "// lab notebook 1 · title: Mine · seed: 42 · threads: 2 · rows: 500",
    ...cells.flatMap((source, at) => [`// %% code id=c${at + 1}`, source]),
    "",
  ].join("\n");

const RELU = 'const mine = activation("mine", (z) => z.maximum(0), (z, dy) => dy.mul(z.gt(0)));';
const BENT = 'activation("bent", (z) => z.maximum(z.mul(slope)));';
const TEXT = document("const slope = 0.1;", RELU, BENT);

async function define(text: string, title: string): Promise<string> {
  const { id: documentId } = await lab.documents.create({ from: { kind: "text", text }, title });
  await run(documentId, text);
  return documentId;
}
async function run(documentId: string, text: string): Promise<void> {
  await lab.session.run({ documentId, text, selection: { kind: "all" } });
  await expect.poll(() => lab.activity.state()).toBeNull();
}
const named = (name: string): Exclude<NotebookPart, { kind: "layer" }> => {
  const found = lab.session.parts().find((one) => one.name === name);
  if (found === undefined || found.kind === "layer") throw new Error(`no notebook has defined ${name}`);
  return found;
};

const withActivation = (activation: LayerSpec): NetworkSpec => ({
  ...DEEP_CLASSIFIER,
  layers: DEEP_CLASSIFIER.layers.map((layer) => (layer.type === "relu" ? activation : layer)),
});
const STEPS = 12;
const specOf = (activation: LayerSpec, steps = STEPS): TrainSpec => ({
  ...NOTEBOOK_SPEC,
  ...withActivation(activation),
  data: { name: "mnist", split: "train", rows: 1_280 },
  validRows: 0,
  epochs: undefined,
  steps,
});
const train = (spec: TrainSpec) => lab.training.start({ spec, threads: 2 }).done;
const curve = (of: Lab, runId: string): string[] =>
  of.runs
    .metrics(runId)
    .filter(({ name }) => name === "loss")
    .map(({ step, value }) => `${step}: ${value}`);

let documentId = "";
test("what a notebook's cells define is listed by name, with where it comes from, until the cell goes", async () => {
  documentId = await define(TEXT, "Own parts");
  expect(lab.session.parts().map(({ at: _at, codeHash: _hash, ...rest }) => rest)).toStrictEqual([
    {
      kind: "activation",
      name: "bent",
      forward: "maximum(z, z * 0.1)",
      backward: null,
      documentId,
      notebook: "Own parts",
      cell: "c3",
      source: `// Cell c1\nconst slope = 0.1;\n\n// Cell c3\n${BENT}`,
      current: true,
    },
    {
      kind: "activation",
      name: "mine",
      forward: "maximum(z, 0)",
      backward: "dy * (z > 0)",
      documentId,
      notebook: "Own parts",
      cell: "c2",
      source: RELU,
      current: true,
    },
  ]);
  const edited = document("const slope = 0.2;", RELU, BENT);
  await lab.session.get({ documentId, text: edited });
  expect(lab.session.parts().map(({ name, current }) => [name, current])).toStrictEqual([
    ["bent", false],
    ["mine", true],
  ]);
  expect(named("bent").source).toContain("const slope = 0.1;");
  const before = named("bent").codeHash;
  await run(documentId, edited);
  expect(named("bent")).toMatchObject({ forward: "maximum(z, z * 0.2)", current: true });
  expect(named("bent").codeHash).not.toBe(before);
  await lab.session.get({ documentId, text: document("const slope = 0.2;", RELU) });
  expect(lab.session.parts().map(({ name }) => name)).toStrictEqual(["mine"]);
  await lab.session.get({ documentId, text: TEXT });
});

test("a notebook in the trash defines nothing", async () => {
  const id = await define(document('activation("gone", (z) => z.tanh());'), "Thrown away");
  expect(named("gone").notebook).toBe("Thrown away");
  await lab.documents.trash({ ids: [id] });
  expect(lab.session.parts().map(({ name }) => name)).not.toContain("gone");
});

test("a training with it has the losses of the built-in twin, and its code's hash is part of the run", async () => {
  const own = specOf(layerOfPart(named("mine")));
  const [twin, mine] = [await train(specOf({ type: "relu", shift: 0 })), await train(own)];
  expect(mine).toMatchObject({ status: "finished", failure: null });
  expect(curve(lab, mine.id)).toHaveLength(STEPS);
  expect(curve(lab, mine.id)).toStrictEqual(curve(lab, twin.id));
  const kept = JSON.stringify(lab.runs.get({ runId: mine.id }));
  for (const said of ["maximum(z, 0)", "dy * (z > 0)", named("mine").codeHash, "Own parts"]) {
    expect(kept).toContain(said);
  }
  const other = {
    ...layerOfPart(named("mine")),
    origin: { ...named("mine"), codeHash: "0".repeat(64) },
  };
  const { notebook, cell, codeHash } = other.origin;
  const elsewhere = await train(specOf({ ...other, origin: { notebook, cell, codeHash } }));
  expect(elsewhere.id).not.toBe(mine.id);
  expect(curve(lab, elsewhere.id)).toStrictEqual(curve(lab, mine.id));
});

test("the code is kept with the run as it was, is shown, exported, and compared with another run's", async () => {
  const text = document("const slope = 0.3;", BENT.replace("bent", "kept"));
  const id = await define(text, "Kept with its runs");
  const layer = layerOfPart(named("kept"));
  const source = `// Cell c1\nconst slope = 0.3;\n\n// Cell c2\n${BENT.replace("bent", "kept")}`;
  const first = await train(specOf(layer, 2));
  const network = { ...withActivation(layer), data: { ...DEEP_CLASSIFIER.data, rows: 64 } };
  const checked = await lab.gradcheck.start(
    { network, references: ["float64"], bug: null, coordinates: 5, tolerance: "strict", threads: 2 },
    null,
  ).done;
  expect(lab.gradcheck.get({ runId: checked.id }).report.passed).toBe(true);
  // The notebook says something else by now, and is then gone.
  await run(id, text.replace("0.3", "0.4"));
  const changed = layerOfPart(named("kept"));
  await lab.documents.trash({ ids: [id] });
  const origin = { notebook: "Kept with its runs", cell: "c2", codeHash: layer.origin?.codeHash, source };
  const part = { kind: "activation", name: "kept", forward: "maximum(z, z * 0.3)", backward: null, origin };
  for (const { id: runId } of [first, checked]) {
    expect(lab.runs.get({ runId }).ownParts).toStrictEqual([part]);
  }
  const second = await train(specOf(changed, 2));
  const { parts, cautions, settings: compared } = await lab.runs.compare({ runIds: [first.id, second.id] });
  expect(
    parts.map(({ name, same, runs }) => [name, same, runs.map((one) => one?.origin?.source)]),
  ).toStrictEqual([["kept", false, [source, source.replace("0.3", "0.4")]]]);
  expect(cautions).toContain("The activation kept is not the same code in these runs.");
  expect(compared.map(({ key }) => key)).toContain("layers.1.origin.codeHash");
  expect(compared.map(({ key }) => key)).not.toContain("layers.1.origin.source");
  const again = await lab.runs.compare({ runIds: [first.id, checked.id] });
  expect(again.parts.map(({ same }) => same)).toStrictEqual([true]);
  // A run of a version that did not keep it is the same run, and says that it is not there.
  const { notebook, cell, codeHash } = named("mine");
  const bare = { ...layerOfPart(named("mine")), origin: { notebook, cell, codeHash } };
  const ids = [bare, layerOfPart(named("mine"))].map(
    (one) => lab.training.identify({ spec: specOf(one), threads: 2 }).id,
  );
  expect(ids[0]).toBe(ids[1]);
  const old = await train(specOf(bare, 2));
  expect(lab.runs.get({ runId: old.id }).ownParts[0]).toMatchObject({
    name: "mine",
    origin: { source: null },
  });
});

test("the stepper and the initialisation take it", async () => {
  const spec = withActivation(layerOfPart(named("bent")));
  const network = { ...spec, data: { ...spec.data, rows: 64 } };
  const { tensors } = await lab.stepper.trace({ network, threads: 1 });
  expect(tensors.map(({ formula }) => formula)).toContain("bent(z1)");
  const { sides } = await lab.init.measure({ network, otherwise: null, gradients: true, threads: 2 });
  expect(sides).toHaveLength(1);
});

test("a loss trains as the built-in twin, passes the gradient check against every reference, or fails it if it is wrong", async () => {
  const title = "Own losses";
  await define(
    document(
      'lossFunction("squared", (y, t) => y.sub(t).square(), (y, t) => y.sub(t).mul(2));',
      'lossFunction("heavy", (y, t) => y.sub(t).square().mul(0.3).add(1).log());',
      'lossFunction("wrong", (y, t) => y.sub(t).square(), (y, t) => y.sub(t));',
    ),
    title,
  );
  expect(named("squared")).toMatchObject({ kind: "loss", notebook: title, forward: "square(y - t)" });
  const { data } = specOf({ type: "tanh" });
  const own = (name: string) => ({ loss: "own", ownLoss: lossOfPart(named(name)) }) as const;
  const spec: TrainSpec = { ...NOTEBOOK_SPEC, data, validRows: 200, epochs: undefined, steps: STEPS };
  const [twin, mine] = [await train(spec), await train({ ...spec, ...own("squared") })];
  expect(mine).toMatchObject({
    status: "finished",
    failure: null,
    config: { network: "784-50-1, relu, squared" },
  });
  const expected = lab.runs.metrics(twin.id);
  const found = lab.runs.metrics(mine.id);
  expect(found.map(({ name, step }) => `${name} ${step}`)).toStrictEqual(
    expected.map(({ name, step }) => `${name} ${step}`),
  );
  found.forEach(({ name, value }, at) => {
    if (/loss/i.test(name)) expect(Math.abs(value / (expected[at]?.value ?? NaN) - 1)).toBeLessThan(1e-5);
  });
  expect(JSON.stringify(lab.runs.get({ runId: mine.id }))).toContain(named("squared").codeHash);
  const passes = async (
    name: string,
    references: readonly GradientReference[] = ["float64"],
  ): Promise<boolean> => {
    const network: NetworkSpec = { ...NOTEBOOK_NETWORK, ...own(name), data: { ...data, rows: 64 } };
    return (await checkGradients(lab, network, references)).passed;
  };
  const every = await passes("heavy", GRADIENT_REFERENCES);
  expect([every, await passes("squared"), await passes("wrong")]).toStrictEqual([true, true, false]);
  const network: NetworkSpec = { ...NOTEBOOK_NETWORK, ...own("heavy"), data: { ...data, rows: 64 } };
  const { tensors } = await lab.stepper.trace({ network, threads: 1 });
  expect(tensors.map(({ formula }) => formula)).toContain("slope of the loss at z2, y");
});

test("a layer trains as the layers that it is made of, passes the gradient check, and its code is kept", async () => {
  const source = [
    'const soft = activation("soft", (z) => z.mul(z.sigmoid()));',
    'const squeeze = ownLayer("squeeze", (n) => {',
    "  const body = [new nn.LayerNorm(n), new nn.Linear(n, Math.floor(n / 4)), soft];",
    "  return new nn.Sequential(new nn.Residual(new nn.Sequential(...body, new nn.Linear(Math.floor(n / 4), n))), new nn.Tanh(), new nn.Linear(n, 2 * n + 1));",
    "});",
    "const made = squeeze(8);",
    "const x = randn(3, 8).requiresGrad_();",
    "made.call(x).sum().backward();",
    "print(made.call(x).shape, x.grad.shape, made.parameters().length);",
  ].join("\n");
  const id = await define(document(source), "Own layers");
  const part = lab.session.parts().find(({ kind }) => kind === "layer");
  if (part?.kind !== "layer") throw new Error("no notebook has defined a layer");
  const soft = { type: "own", name: "soft", forward: "z * sigmoid(z)" } as const;
  expect(part).toMatchObject({ name: "squeeze", notebook: "Own layers", cell: "c1", source, current: true });
  expect(part.layers).toStrictEqual([
    {
      type: "residual",
      layers: [
        { type: "layerNorm", eps: 1e-5 },
        { type: "linear", out: { times: 1, per: 4, plus: 0 } },
        soft,
        { type: "linear", out: { times: 1, per: 1, plus: 0 } },
      ],
    },
    { type: "tanh" },
    { type: "linear", out: { times: 2, per: 1, plus: 1 } },
  ]);
  const { stored } = await lab.session.get({ documentId: id, text: document(source) });
  const outputs = stored[0]?.result?.outputs ?? [];
  expect(outputs).toContainEqual({ kind: "text", text: "[3, 17] [3, 8] 8" });

  const layer = composedOfPart(part);
  const linear = (inFeatures: number, out: number) =>
    ({ type: "linear", in: inFeatures, out, init: "kaimingNormal" }) as const;
  const { layers: _, ...rest } = specOf({ type: "tanh" });
  const own: TrainSpec = { ...rest, layers: [linear(784, 50), layer, linear(101, 10)] };
  const writtenOut: TrainSpec = {
    ...rest,
    layers: [
      linear(784, 50),
      { type: "residual", layers: [{ type: "layerNorm", eps: 1e-5 }, linear(50, 12), soft, linear(12, 50)] },
      { type: "tanh" },
      linear(50, 101),
      linear(101, 10),
    ],
  };
  const [mine, twin] = [await train(own), await train(writtenOut)];
  expect(mine).toMatchObject({ status: "finished", failure: null });
  expect(curve(lab, mine.id)).toHaveLength(STEPS);
  expect(curve(lab, mine.id)).toStrictEqual(curve(lab, twin.id));
  expect(mine.id).not.toBe(twin.id);
  expect(lab.runs.get({ runId: mine.id }).ownParts).toMatchObject([
    {
      kind: "layer",
      name: "squeeze",
      forward:
        "x + f(x) with f: layer norm, linear n → n / 4, soft, linear n / 4 → n, tanh, linear n → 2 n + 1",
      origin: { notebook: "Own layers", codeHash: part.codeHash, source },
    },
  ]);
  const { codeHash: __, ...place } = { notebook: part.notebook, cell: part.cell, codeHash: "" };
  const elsewhere = {
    ...own,
    layers: [linear(784, 50), { ...layer, origin: { ...place, codeHash: "0".repeat(64) } }, linear(101, 10)],
  };
  expect(lab.training.identify({ spec: elsewhere, threads: 2 }).id).not.toBe(mine.id);

  const network: NetworkSpec = {
    ...DEEP_CLASSIFIER,
    layers: own.layers,
    data: { ...DEEP_CLASSIFIER.data, rows: 64 },
  };
  // Against all references the product of the next test is checked.
  const checked = await checkGradients(lab, network, THOROUGH ? GRADIENT_REFERENCES : ["float64"]);
  expect(checked.passed).toBe(true);
  const { tensors } = await lab.stepper.trace({ network, threads: 1 });
  expect(tensors.map(({ shape }) => shape.join("×"))).toContain("64×101");
  const { sides } = await lab.init.measure({ network, otherwise: "zeros", gradients: true, threads: 2 });
  expect(sides.map(({ layers }) => layers.filter(({ type }) => type === "linear").length)).toStrictEqual([
    5, 5,
  ]);
  expect(sides[1]?.layers.find(({ type }) => type === "linear")?.weightStd).toBe(0);
});

test("a SwiGLU written in a notebook is checked there, trains, and its gradients are those of all references", async () => {
  const source = [
    'const silu = activation("silu", (z) => z.mul(z.sigmoid()));',
    'const swiglu = ownLayer("swiglu", (n) => {',
    "  const h = Math.floor((2 * n) / 3);",
    "  const gate = new nn.Sequential(new nn.Linear(n, h), silu);",
    "  return new nn.Sequential(new nn.Product(gate, new nn.Linear(n, h)), new nn.Linear(h, n));",
    "});",
    "const layer = swiglu(6);",
    "const [x, t] = [randn(8, 6), randn(8, 6)];",
    "const loss = () => layer.call(x).sub(t).square().mean();",
    "const before = loss().item();",
    "const step = new optim.SGD(layer.parameters(), { lr: 0.1 });",
    "for (let i = 0; i < 50; i++) { step.zeroGrad(); loss().backward(); step.step(); }",
    "print(loss().item() < before);",
    "const [gate, value] = layer.layers[0].children();",
    "const of = { w: gate.layers[0].weight, v: value.weight };",
    "const pass = () => {",
    "  const l = loss(); step.zeroGrad(); l.backward();",
    "  for (const one of Object.values(of)) one.g = one.grad;",
    "  return l;",
    "};",
    "const report = check(pass, of);",
    "print(report.passed, layer.parameters().length);",
  ].join("\n");
  const id = await define(document(source), "Gates");
  const { stored } = await lab.session.get({ documentId: id, text: document(source) });
  const outputs = stored[0]?.result?.outputs ?? [];
  expect(outputs).toContainEqual({ kind: "text", text: "true" });
  expect(outputs).toContainEqual({ kind: "text", text: "true 6" });
  const part = lab.session.parts().find(({ name }) => name === "swiglu");
  if (part?.kind !== "layer") throw new Error("no notebook has defined swiglu");
  const width = { times: 2, per: 3, plus: 0 };
  const silu = { type: "own", name: "silu", forward: "z * sigmoid(z)" } as const;
  expect(part.layers).toStrictEqual([
    {
      type: "product",
      left: [{ type: "linear", out: width }, silu],
      right: [{ type: "linear", out: width }],
    },
    { type: "linear", out: { times: 1, per: 1, plus: 0 } },
  ]);
  const linear = (inFeatures: number, out: number) =>
    ({ type: "linear", in: inFeatures, out, init: "kaimingNormal" }) as const;
  const { layers: _, ...rest } = specOf({ type: "tanh" });
  const layer = composedOfPart(part);
  const own: TrainSpec = { ...rest, layers: [linear(784, 50), layer, linear(50, 10)] };
  const writtenOut: TrainSpec = {
    ...rest,
    layers: [
      linear(784, 50),
      { type: "product", left: [linear(50, 33), silu], right: [linear(50, 33)] },
      linear(33, 50),
      linear(50, 10),
    ],
  };
  const [mine, twin] = [await train(own), await train(writtenOut)];
  expect(mine).toMatchObject({ status: "finished", failure: null });
  const losses = curve(lab, mine.id);
  expect(losses).toStrictEqual(curve(lab, twin.id));
  expect(lab.runs.get({ runId: mine.id }).ownParts).toMatchObject([
    {
      kind: "layer",
      name: "swiglu",
      forward: "(linear n → 2 n / 3, silu) ⊙ (linear n → 2 n / 3), linear 2 n / 3 → n",
    },
  ]);

  const network: NetworkSpec = {
    ...DEEP_CLASSIFIER,
    layers: own.layers,
    data: { ...DEEP_CLASSIFIER.data, rows: 64 },
  };
  const passed = async (
    bug: "product-rule" | null,
    references: readonly GradientReference[],
  ): Promise<boolean> => {
    const settings = {
      network,
      references: [...references],
      bug,
      coordinates: 5,
      tolerance: "strict" as const,
      threads: 2,
    };
    const run = await lab.gradcheck.start(settings, null).done;
    expect(run).toMatchObject({ status: "finished", failure: null });
    return lab.gradcheck.get({ runId: run.id }).report.passed;
  };
  expect(await passed(null, ["float64", "finite-difference", "direction", "tfjs"])).toBe(true);
  expect(await passed("product-rule", ["float64"])).toBe(false);
  const { tensors } = await lab.stepper.trace({ network, threads: 1 });
  expect(tensors.map(({ formula }) => formula)).toContain("a2 ⊙ z3");
  const { sides } = await lab.init.measure({ network, otherwise: null, gradients: true, threads: 2 });
  const seen = sides[0]?.layers.map(({ label }) => label) ?? [];
  expect(seen).toContain("product of two branches");
});

test("a sweep over it trains what each training says", () => {
  const sweep = v.parse(sweepSpecSchema, {
    kind: "grid",
    base: specOf(layerOfPart(named("mine"))),
    values: { seed: [1, 2] },
  });
  const specs = expandSweep(sweep).map(({ spec }) => spec);
  expect(specs.map(({ seed, layers }) => [seed, layers[1]])).toStrictEqual([
    [1, layerOfPart(named("mine"))],
    [2, layerOfPart(named("mine"))],
  ]);
});

test("killed, it goes on with the same losses; a bundle of it comes back identical", async () => {
  const folder = join(opened.folder, "killed");
  const spec = specOf(layerOfPart(named("bent")), 400);
  const file = join(opened.folder, "spec.json");
  writeFileSync(file, JSON.stringify(spec));
  const whole = await train(spec);
  const options = labOptions(folder, 2);
  mkdirSync(folder);
  await makeTuned(options.databasePath);
  const args = [resolve("out/main/lab.js"), "train", file, "--database", options.databasePath];
  const child = spawn(process.execPath, [...args, "--threads", "2", "--json"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    const { step } = JSON.parse(line) as { step?: number };
    if ((step ?? 0) >= 50) child.kill("SIGKILL");
  }
  await ended;
  let shownId = "";
  const again = await openTunedLab({ ...options, appVersion: APP_VERSION });
  try {
    const [{ id, status }] = again.runs.list();
    shownId = id;
    expect(status).toBe("interrupted");
    await again.training.resume({ runId: id }).done;
    expect(curve(again, id)).toStrictEqual(curve(lab, whole.id));
    const path = join(opened.folder, "bundle.json");
    await again.runs.export({ what: "bundle", runIds: [id], path, weights: true });
    expect(await lab.runs.import(path)).toMatchObject({ added: [id] });
    expect(lab.runs.get({ runId: id })).toEqual(again.runs.get({ runId: id }));
  } finally {
    await again.close();
  }
  const show = async (...more: readonly string[]): Promise<string> =>
    (await labHere("show", shownId, "--database", options.databasePath, ...more)).stdout;
  const shown = await show();
  expect(shown).toContain(
    `activation bent (Own parts, cell with id c3, code ${named("bent").codeHash.slice(0, 12)})`,
  );
  expect(shown).toContain(`  ${BENT}`);
  expect(JSON.parse(await show("--json"))).toMatchObject({
    ownParts: [{ origin: { source: named("bent").source } }],
  });
}, 240_000);
