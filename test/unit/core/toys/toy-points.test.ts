import { describe, expect, it } from "vitest";
import { toyPoints, TOYS, type Toy } from "../../../../src/core/toys/toy-points.ts";
import { toyDataset, toyName, toyOf } from "../../../../src/shared/experiments/toys.ts";

const ALL = Object.keys(TOYS) as Toy[];

describe("toyPoints()", () => {
  it.each(ALL)("draws %s of both classes, in about [−1, 1]², the same for the same seed", (toy) => {
    const options = { rows: 400, noise: 0, seed: 3 };
    const { x, y } = toyPoints(toy, options);
    expect(x).toHaveLength(800);
    expect(Math.max(...x.map(Math.abs))).toBeLessThan(1.2);
    if (toy !== "regression") expect(y.reduce((sum, label) => sum + label, 0)).toBe(200);
    expect(toyPoints(toy, options)).toEqual({ x, y });
    expect(toyPoints(toy, { ...options, seed: 4 }).x).not.toEqual(x);
  });

  it("follows the rules: sign of the product, radius, the line between two clouds", () => {
    const of = (toy: Toy) => {
      const { x, y } = toyPoints(toy, { rows: 300, noise: 0, seed: 1 });
      return Array.from(y, (label, row) => ({ label, u: x[2 * row] ?? NaN, v: x[2 * row + 1] ?? NaN }));
    };
    for (const { label, u, v } of of("xor")) expect(u * v > 0 ? 0 : 1).toBe(label);
    for (const { label, u, v } of of("circles")) expect(Math.hypot(u, v) > 0.55 ? 1 : 0).toBe(label);
    const wrong = of("gaussians").filter(({ label, u, v }) => (u + v > 0 ? 1 : 0) !== label);
    expect(wrong.length).toBeLessThan(3);
  });

  it("adds noise of the standard deviation that it says", () => {
    const clean = toyPoints("moons", { rows: 4_000, noise: 0, seed: 1 });
    const { y, x } = toyPoints("regression", { rows: 4_000, noise: 0.5, seed: 1 });
    const rest = Array.from(y, (value, row) => {
      const [u, v] = [x[2 * row] ?? 0, x[2 * row + 1] ?? 0];
      return value - (Math.sin(Math.PI * u) + v ** 2 - u * v);
    });
    const std = Math.sqrt(rest.reduce((sum, value) => sum + value ** 2, 0) / rest.length);
    expect(std).toBeGreaterThan(0.47);
    expect(std).toBeLessThan(0.53);
    expect(clean.x).toHaveLength(8_000);
  });

  it("throws RangeError for no rows and for noise that is none", () => {
    expect(() => toyPoints("xor", { rows: 0, noise: 0, seed: 0 })).toThrow(RangeError);
    expect(() => toyPoints("xor", { rows: 1, noise: NaN, seed: 0 })).toThrow(RangeError);
  });
});

describe("a toy's name", () => {
  it.each(ALL)("says all of %s", (toy) => {
    const choice = { toy, rows: 500, noise: 0.15, seed: 4_294_967_295 };
    expect(toyOf(toyName(choice))).toEqual(choice);
    const dataset = toyDataset(choice);
    expect(dataset.id).toBe(toyName(choice));
    expect(dataset.trainRows + dataset.validRows + dataset.testRows).toBe(500);
  });

  it.each(["mnist", "toy-moons", "toy-squares-400-1-1", "toy-moons-0-1-1", "toy-moons-400-1-4294967296"])(
    "%s is none",
    (name) => expect(toyOf(name)).toBeNull(),
  );
});
