import { readFileSync, writeFileSync } from "node:fs";
import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import {
  DEEP_CLASSIFIER,
  networkSpecSchema,
  NOTEBOOK_NETWORK,
} from "../../../src/shared/specs/network-spec.ts";
import { NOTEBOOK_SPEC } from "../../../src/shared/specs/notebook-spec.ts";
import { sweepSpecSchema } from "../../../src/shared/specs/sweep-spec.ts";
import { stepsOf, trainSpecSchema } from "../../../src/shared/specs/train-spec.ts";

const SCHEMAS: Readonly<Record<string, GenericSchema>> = {
  "network-spec": networkSpecSchema,
  "train-spec": trainSpecSchema,
  "sweep-spec": sweepSpecSchema,
};

/** What JSON Schema cannot say (widths that follow each other, epochs or steps) is left to the app. */
const text = (schema: GenericSchema): string =>
  `${JSON.stringify(toJsonSchema(schema, { typeMode: "input", errorMode: "ignore" }), null, 2)}\n`;

describe("resources/schema", () => {
  it.each(Object.entries(SCHEMAS))("%s.schema.json is what the app validates with", (name, schema) => {
    const path = `resources/schema/${name}.schema.json`;
    // `UPDATE_SCHEMAS=1 npm test` writes them anew.
    if (process.env["UPDATE_SCHEMAS"] === "1") writeFileSync(path, text(schema));
    expect(readFileSync(path, "utf8")).toBe(text(schema));
  });
});

describe("networkSpecSchema", () => {
  it("takes its own presets, with defaults filled in", () => {
    expect(v.parse(networkSpecSchema, NOTEBOOK_NETWORK)).toEqual(NOTEBOOK_NETWORK);
    expect(v.parse(networkSpecSchema, DEEP_CLASSIFIER)).toEqual(DEEP_CLASSIFIER);
    const layers = [{ type: "linear", in: 784, out: 1 }];
    const { layers: parsed } = v.parse(networkSpecSchema, { ...NOTEBOOK_NETWORK, layers });
    expect(parsed).toEqual([{ type: "linear", in: 784, out: 1, init: "kaimingNormal" }]);
  });

  it.each([
    [
      "layer 3 takes 40 values where 50 come in",
      {
        layers: [{ type: "linear", in: 784, out: 50 }, { type: "tanh" }, { type: "linear", in: 40, out: 1 }],
      },
    ],
    ["the loss crossEntropy needs an output for each class; the last layer has 1", { loss: "crossEntropy" }],
    ["there must be at least one linear layer", { layers: [{ type: "tanh" }] }],
    ['the split "valid" has 10,000 rows', { data: { name: "mnist", split: "valid", rows: 20_000 } }],
    ["rows must be a whole number", { data: { name: "mnist", split: "train", rows: 1.5 } }],
  ])("fault 38: says %s", (message, changed) => {
    const result = v.safeParse(networkSpecSchema, { ...NOTEBOOK_NETWORK, ...changed });
    expect(result.issues?.map((issue) => issue.message)).toContain(message);
  });
});

describe("trainSpecSchema", () => {
  it("takes its own preset, and counts its steps", () => {
    const spec = v.parse(trainSpecSchema, NOTEBOOK_SPEC);
    expect(spec).toEqual(NOTEBOOK_SPEC);
    expect(stepsOf(spec)).toEqual({ perEpoch: 782, total: 2346 });
    expect(stepsOf({ ...spec, dropLast: true })).toEqual({ perEpoch: 781, total: 2343 });
  });

  it("wants either epochs or steps, and a batch that fits", () => {
    const messages = (changed: object): string[] =>
      v.safeParse(trainSpecSchema, { ...NOTEBOOK_SPEC, ...changed }).issues?.map(({ message }) => message) ??
      [];
    expect(messages({ steps: 10 })).toContain("give either epochs or steps");
    expect(
      messages({ dropLast: true, batchSize: 50_000, data: { name: "mnist", split: "train", rows: 10 } }),
    ).toContain("with dropLast the batch size must be at most the number of rows");
  });
});

describe("what torch's constructors refuse", () => {
  const problemOf = (change: object): string => {
    const parsed = v.safeParse(trainSpecSchema, { ...NOTEBOOK_SPEC, ...change });
    return parsed.success ? "" : parsed.issues[0].message;
  };
  it.each([
    [{ optimizer: { name: "adam", lr: 0.1, beta1: 1 } }, "beta1 must be below 1"],
    [{ optimizer: { name: "adamw", lr: 0.1, beta2: 1 } }, "beta2 must be below 1"],
    [{ optimizer: { name: "adam", lr: 0.1, beta2: -0.1 } }, "beta2 must be at least 0"],
    [{ optimizer: { name: "adam", lr: 0.1, eps: -1 } }, "eps must be above 0"],
    [{ optimizer: { name: "sgd", lr: -0.1 } }, "learning rate must be above 0"],
    [{ optimizer: { name: "sgd", lr: 0.1, weightDecay: Infinity } }, "weight decay must be finite"],
    [{ optimizer: { name: "sgd", lr: 0.1, momentum: -0.9 } }, "momentum must be at least 0"],
    [{ optimizer: { name: "sgd", lr: 0.1, nesterov: true } }, "Nesterov momentum needs a momentum above 0"],
    [{ optimizer: { name: "rmsprop", lr: 0.1, alpha: -1 } }, "alpha must be at least 0"],
    [{ clipNorm: -1 }, "clip norm must be above 0"],
    [{ labelSmoothing: 1.5 }, "label smoothing must be below 1"],
    [{ schedule: { name: "step", every: 0, gamma: 0.5 } }, "every must be at least 1"],
  ])("item 20: %j: %s", (change, problem) => {
    expect(problemOf(change)).toBe(problem);
  });

  it.each([
    [{ type: "batchNorm", momentum: 2 }, "momentum must be at most 1"],
    [{ type: "batchNorm", eps: Infinity }, "eps must be finite"],
    [{ type: "dropout", rate: 1.5 }, "the dropout rate must be below 1"],
  ])("item 20: a layer %j: %s", (layer, problem) => {
    expect(problemOf({ layers: [layer, ...NOTEBOOK_SPEC.layers] })).toBe(problem);
  });

  it("item 17: batch norm on a batch, or a last batch, of one row is refused before the start", () => {
    const layers = [
      ...NOTEBOOK_SPEC.layers.slice(0, 1),
      { type: "batchNorm" },
      ...NOTEBOOK_SPEC.layers.slice(1),
    ];
    const data = { name: "mnist", split: "train", rows: 65 };
    const batch = { layers, data, batchSize: 64 };
    expect(problemOf({ ...batch, batchSize: 1 })).toMatch(/more than 1 value per channel.*batch size is 1/);
    expect(problemOf(batch)).toMatch(/more than 1 value per channel.*65 rows in batches of 64 has 1 row/);
    expect(
      problemOf({
        ...batch,
        layers: layers.map((layer) =>
          layer.type === "batchNorm" ? { type: "residual", layers: [layer] } : layer,
        ),
      }),
    ).toMatch(/more than 1 value per channel/);
    expect(problemOf({ ...batch, dropLast: true })).toBe("");
    expect(problemOf({ ...batch, epochs: undefined, steps: 1 })).toBe("");
    expect(problemOf({ ...batch, data: { ...data, rows: 66 } })).toBe("");
  });
});
