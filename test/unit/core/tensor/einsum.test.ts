import { expect, it } from "vitest";
import { tensorOf } from "../../../../src/core/tensor/create.ts";
import { einsum } from "../../../../src/core/tensor/einsum.ts";
import { evaluate } from "../../../../src/core/tensor/float64/evaluate.ts";
import { passOf } from "./passes.ts";
import { testRecorder } from "./recorder.ts";

const SIZES: Readonly<Record<string, number>> = { a: 2, b: 3, c: 4 };

/** Every order of every choice of up to three letters, none included. */
const orders = (letters: readonly string[]): string[] => [
  "",
  ...letters.flatMap((letter) =>
    orders(letters.filter((other) => other !== letter)).map((rest) => letter + rest),
  ),
];
const ALL = orders(Object.keys(SIZES));
const shapeOf = (letters: string): number[] => letters.split("").map((letter) => SIZES[letter] ?? NaN);
const sizeOf = (letters: string): number => shapeOf(letters).reduce((product, size) => product * size, 1);
const valuesOf = (letters: string, first: number): Float32Array =>
  Float32Array.from({ length: sizeOf(letters) }, (_, i) => first + ((7 * i) % 11));

/** Where the element at these places lies. */
const placeOf = (letters: string, at: Readonly<Record<string, number>>): number =>
  letters.split("").reduce((place, letter) => place * (SIZES[letter] ?? NaN) + (at[letter] ?? NaN), 0);

/** By its meaning: a loop over all letters. */
function looped(left: string, right: string, output: string): number[] {
  const [x, y] = [valuesOf(left, 1), valuesOf(right, 3)];
  const out = new Array<number>(sizeOf(output)).fill(0);
  const used = [...new Set(left + right)];
  const go = (letter: number, at: Readonly<Record<string, number>>): void => {
    const name = used[letter];
    if (letter === used.length)
      out[placeOf(output, at)] += (x[placeOf(left, at)] ?? NaN) * (y[placeOf(right, at)] ?? NaN);
    else for (let i = 0; i < (SIZES[name] ?? 0); i++) go(letter + 1, { ...at, [name]: i });
  };
  go(0, {});
  return out;
}

it("einsum() of two tensors is the loop over all letters, for every formula of three letters", () => {
  let formulas = 0;
  for (const left of ALL.filter((letters) => letters !== "")) {
    for (const right of ALL.filter((letters) => letters !== "")) {
      for (const output of ALL.filter((letters) =>
        letters.split("").every((one) => (left + right).includes(one)),
      )) {
        const recorder = testRecorder();
        const [x, y] = [
          tensorOf(recorder, valuesOf(left, 1), shapeOf(left)),
          tensorOf(recorder, valuesOf(right, 3), shapeOf(right)),
        ];
        const formula = `${left},${right}->${output}`;
        const node = einsum(recorder, formula, [x, y]);
        expect([formula, ...node.shape]).toEqual([formula, ...shapeOf(output)]);
        const { program, inputs } = passOf(node);
        const found = [...(evaluate(program, inputs).values.at(-1) ?? [])];
        expect([formula, ...found]).toEqual([formula, ...looped(left, right, output)]);
        formulas++;
      }
    }
  }
  expect(formulas).toBeGreaterThan(2_000);
});
