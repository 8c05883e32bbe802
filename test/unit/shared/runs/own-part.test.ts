import { expect, test } from "vitest";
import { codeOfPart, ownPartsOf, placeOfPart } from "../../../../src/shared/runs/own-part.ts";

const origin = { notebook: "Mine", cell: "c2", codeHash: "a".repeat(64), source: "activation(…)" };
const bent = { type: "own", name: "bent", forward: "maximum(z, z * 0.1)", origin };
const linear = { type: "linear", in: 2, out: 2 };

test("a spec's own parts are found in blocks too, each once, the loss last", () => {
  const ownLoss = { name: "cauchy", forward: "log((y - t) ** 2 + 1)", backward: "y - t" };
  const layers = [linear, bent, { type: "residual", layers: [linear, bent] }, { ...bent, forward: "z" }];
  const parts = ownPartsOf({ layers, loss: "own", ownLoss });
  expect(parts.map(({ kind, name, forward }) => [kind, name, forward])).toStrictEqual([
    ["activation", "bent", "maximum(z, z * 0.1)"],
    ["activation", "bent", "z"],
    ["loss", "cauchy", "log((y - t) ** 2 + 1)"],
  ]);
  expect(parts.map(placeOfPart)).toStrictEqual([
    "Mine, cell with id c2",
    "Mine, cell with id c2",
    "written in the spec",
  ]);
  expect(parts.map(codeOfPart)).toStrictEqual([
    "activation(…)",
    "activation(…)",
    "cauchy(y, t) = mean of log((y - t) ** 2 + 1)\nslope by y = y - t",
  ]);
});

test("what is no spec has none, and code that was not kept is said by its formulas", () => {
  for (const spec of [null, "text", 3, [], {}, { layers: 3 }, { layers: [null, { type: "own" }] }]) {
    expect(ownPartsOf(spec)).toStrictEqual([]);
  }
  const { source: _, ...bare } = origin;
  const [part] = ownPartsOf({ layers: [{ ...bent, origin: bare }] });
  expect(part.origin).toStrictEqual({ ...bare, source: null });
  expect(codeOfPart(part)).toBe("bent(z) = maximum(z, z * 0.1)");
});
