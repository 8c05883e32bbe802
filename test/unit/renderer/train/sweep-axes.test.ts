import { describe, expect, it } from "vitest";
import { checkAxes, suggestedPaths, valuesOf, type Axis } from "../../../../src/renderer/train/sweep-axes.ts";
import { NOTEBOOK_SPEC } from "../../../../src/shared/specs/notebook-spec.ts";

const axis = (path: string, choices: string): Axis => ({ path, choices });
const check = (kind: "grid" | "random", ...axes: Axis[]) => checkAxes(axes, { base: NOTEBOOK_SPEC, kind });

describe("checkAxes()", () => {
  it.each([
    ["optimizer.lr", "0.1, 0.01"],
    ["layers.0.out", "20, 49"],
    ["stopAtLoss", "0.5"],
    ["optimizer.lr", ""],
    ["", ""],
  ])("takes %j with the choices %j", (path, choices) => {
    expect(check("grid", axis(path, choices))).toEqual([{ path: null, choices: null }]);
  });

  it.each([
    ["", "1, 2", "needs a name"],
    ["optimizer.lrr", "", "a training has no optimizer.lrr"],
    ["optimzer.lr", "0.1", "there is nothing called"],
    ["optimizer.lr.more", "0.1", "there is nothing called more"],
    ["layers.7.out", "10", "there is no element 7; the list has 3"],
  ])("says that the name %j with the choices %j is wrong: %s", (path, choices, words) => {
    const [problem] = check("grid", axis(path, choices));
    expect(problem.path).toContain(words);
    expect(problem.choices).toBeNull();
  });

  it.each([
    ["grid", "optimizer.lr", "0.1, -1", "lr"],
    ["grid", "batchSize", "10, 2.5", "batch size must be a whole number"],
    ["grid", "seed", "one", "seed"],
    ["grid", "optimizer.lr", "0.1 to 0.2", "a range needs the random sample"],
    ["random", "optimizer.lr", "0.2 to 0.1", "expected a range from less to more"],
    ["random", "batchSize", "0 to 10 whole", "batch size must be at least 1"],
  ] as const)("in a %s says that %s cannot be %s: %s", (kind, path, choices, words) => {
    const [problem] = check(kind, axis(path, choices));
    expect(problem.choices).toContain(words);
    expect(problem.path).toBeNull();
  });

  it("looks at what the other axes choose, and blames none for what is wrong with another", () => {
    expect(check("grid", axis("optimizer.nesterov", "true"))[0].choices).toContain("momentum above 0");
    const sound = { path: null, choices: null };
    expect(check("grid", axis("optimizer.nesterov", "true"), axis("optimizer.momentum", "0.9"))).toEqual([
      sound,
      sound,
    ]);
    expect(check("grid", axis("seed", "1, 2"), axis("batchSize", "0"))).toMatchObject([
      sound,
      { choices: expect.stringContaining("at least 1") as unknown },
    ]);
    expect(check("grid", axis("seed", "1"), axis(" seed ", "2"))).toEqual([
      sound,
      { path: "is named above already", choices: null },
    ]);
  });
});

it("suggestedPaths() names what stands in the spec and what could stand there, each of which a sweep takes", () => {
  const paths = suggestedPaths(NOTEBOOK_SPEC);
  expect(paths).toEqual(expect.arrayContaining(["optimizer.lr", "layers.0.out", "seed", "stopAtLoss"]));
  expect(check("grid", ...paths.map((path) => axis(path, ""))).filter(({ path }) => path !== null)).toEqual(
    [],
  );
});

it("valuesOf() leaves out what has no name or no choices yet", () => {
  expect(valuesOf([axis(" seed ", "1, 2"), axis("", "1"), axis("batchSize", " , ")])).toEqual({
    seed: [1, 2],
  });
});
