import { TOYS, type Toy } from "../../core/toys/toy-points.ts";
import type { Dataset } from "./dataset.ts";

/** A toy as its name says it: `toy-moons-400-20-1` has 400 points, noise 0.2, seed 1. */
export interface ToyChoice {
  readonly toy: Toy;
  readonly rows: number;
  readonly noise: number;
  readonly seed: number;
}

export const MOST_TOY_ROWS = 100_000;
const TITLES: Readonly<Record<Toy, string>> = {
  circles: "Circles",
  xor: "Exclusive or",
  moons: "Two moons",
  gaussians: "Gaussians",
  spirals: "Spirals",
  regression: "Plain regression",
};
/** Noise in hundredths. */
const STEP = 100;
const NAME = new RegExp(
  `^toy-(${Object.keys(TOYS).join("|")})-([1-9]\\d{1,5})-(0|[1-9]\\d{0,2})-(0|[1-9]\\d{0,9})$`,
);

/** The name of a toy, which is all that is needed to draw it again anywhere. */
export const toyName = ({ toy, rows, noise, seed }: ToyChoice): string =>
  `toy-${toy}-${rows}-${Math.round(STEP * noise)}-${seed}`;

/** What a toy's name says; null where it is no toy's. */
export function toyOf(name: string): ToyChoice | null {
  const [, toy, rows, noise, seed] = NAME.exec(name) ?? [];
  if (toy === undefined) return null;
  const choice = { toy: toy as Toy, rows: Number(rows), noise: Number(noise) / STEP, seed: Number(seed) };
  return choice.rows > MOST_TOY_ROWS || choice.seed > 0xffffffff ? null : choice;
}

/** A toy as a data set: three fifths to train on, a fifth each for validation and test, values as they are. */
export function toyDataset(choice: ToyChoice): Dataset {
  const { toy, rows, noise, seed } = choice;
  const held = Math.floor(rows / 5);
  return {
    id: toyName(choice),
    title: `${TITLES[toy]}, ${rows} points, noise ${noise}, seed ${seed}`,
    features: 2,
    layout: null,
    featureNames: ["x₁", "x₂"],
    target:
      toy === "regression"
        ? { kind: "numbers", names: ["y"], offsets: [0], scales: [1] }
        : { kind: "classes", names: ["A", "B"] },
    storage: "float32",
    trainRows: rows - 2 * held,
    validRows: held,
    testRows: held,
    normalisation: "none",
    contentHash: "",
  };
}
