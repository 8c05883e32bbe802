import { describe, expect, it } from "vitest";
import { runDifferences } from "../../../../src/shared/runs/run-differences.ts";

const training = (id: string, config: Record<string, number | string>, name?: string) => {
  const network = "784-20-10, relu, cross entropy";
  const whole = { network, optimizer: "adamw", lr: 0.01, seed: 1, batchSize: 64, spec: id, ...config };
  const titled = `${whole.network}, ${whole.optimizer}, lr ${whole.lr}, batch ${whole.batchSize}`;
  return { id, kind: "training", name: name ?? titled, config: whole } as const;
};

describe("runDifferences()", () => {
  it("A11: says what differs between trainings that nobody renamed, and only that", () => {
    const found = runDifferences([
      training("a", { lr: 0.05, seed: 3 }),
      training("b", { lr: 0.05, seed: 4 }),
      training("c", { seed: 3 }),
      training("d", { seed: 9, batchSize: 128 }, "my own"),
    ]);
    expect([...found]).toEqual([
      ["a", "lr 0.05, seed 3"],
      ["b", "lr 0.05, seed 4"],
      ["c", "lr 0.01, seed 3"],
      ["d", ""],
    ]);
  });

  it("says what differs between searches for a learning rate that nobody renamed", () => {
    const search = (id: string, batchSize: number) => ({
      ...training(
        id,
        { batchSize },
        `Learning rate for adamw, batch ${batchSize}: 784-20-10, relu, cross entropy`,
      ),
      kind: "lrsearch",
    });
    expect([...runDifferences([search("a", 16), search("b", 64)]).values()]).toEqual([
      "batch size 16",
      "batch size 64",
    ]);
  });

  it("tells formulas of own activations only where one name stands for several", () => {
    const bend = (forward: string) => ({
      network: "784-20-10, bend, cross entropy",
      activations: `bend(z) = ${forward}`,
    });
    const relu = training("a", {});
    expect([...runDifferences([relu, training("b", bend("tanh(z)"))]).values()]).toEqual([
      "784-20-10, relu, cross entropy",
      "784-20-10, bend, cross entropy",
    ]);
    const both = [relu, training("b", bend("tanh(z)")), training("c", bend("z * 2"))];
    expect([...runDifferences(both).values()]).toEqual([
      "784-20-10, relu, cross entropy",
      "784-20-10, bend, cross entropy, bend(z) = tanh(z)",
      "784-20-10, bend, cross entropy, bend(z) = z * 2",
    ]);
  });

  it("names networks and optimisers by themselves, and leaves out settings that a run has not", () => {
    const found = runDifferences([
      training("a", { network: "784-10, cross entropy", optimizer: "sgd", momentum: 0.9 }),
      training("b", {}),
    ]);
    expect(found.get("a")).toBe("784-10, cross entropy, sgd, momentum 0.9");
    expect(found.get("b")).toBe("784-20-10, relu, cross entropy, adamw");
  });

  it("tells activations of one's own of one name by their formulas", () => {
    const found = runDifferences([
      training("a", { activations: "mine(z) = tanh(z)" }),
      training("b", { activations: "mine(z) = erf(z)" }),
    ]);
    expect(found.get("b")).toBe("mine(z) = erf(z)");
  });

  it("leaves a single run, other kinds and runs that are alike to their names", () => {
    const cells = { id: "n", kind: "notebook", name: "All cells", config: { seed: 1 } } as const;
    const found = runDifferences([training("a", {}), cells, { ...cells, id: "m", config: { seed: 2 } }]);
    expect([...found]).toEqual([
      ["a", ""],
      ["n", "seed 1"],
      ["m", "seed 2"],
    ]);
    expect(runDifferences([training("a", {}), training("b", {})]).get("b")).toBe("");
  });
});
