// Rung 4 adds: no loop of ours at all, only a formula, "ik,kj->ij"; the loops are made from its letters.
import { ShapeError } from "../errors.ts";
import type { Matrix, Rung } from "./rung.ts";

/** Row-major values with their shape. */
export interface EinsumOperand {
  readonly data: Matrix;
  readonly shape: readonly number[];
}

/** One loop: its length, and the step it takes in each input and, last, in the output. */
interface Loop {
  readonly size: number;
  readonly steps: readonly number[];
}

const FORMULA = /^[a-zA-Z]*(,[a-zA-Z]*)*->[a-zA-Z]*$/;

/** Distance in memory between neighbours along each axis of a row-major tensor. */
const stridesOf = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));

/** The loops of a formula: the output's letters first, then those that are summed over. */
function parse(formula: string, inputs: readonly EinsumOperand[], out: EinsumOperand): Loop[] {
  const compact = formula.replaceAll(" ", "");
  if (!FORMULA.test(compact)) {
    throw new RangeError(`einsum: expected a formula such as "ik,kj->ij", got "${formula}"`);
  }
  const [left, outLabels] = compact.split("->");
  const labels = [...left.split(","), outLabels];
  const operands = [...inputs, out];
  if (labels.length !== operands.length) {
    throw new RangeError(`einsum "${formula}": expected ${labels.length - 1} inputs, got ${inputs.length}`);
  }
  const sizes = new Map<string, number>();
  for (const [index, { shape }] of operands.entries()) {
    const letters = Array.from(labels[index]);
    const fits =
      letters.length === shape.length &&
      letters.every((l, axis) => (sizes.get(l) ?? shape[axis]) === shape[axis]);
    if (!fits) {
      const known = letters.map((letter) => `${letter}${sizes.has(letter) ? ` = ${sizes.get(letter)}` : ""}`);
      throw new ShapeError(`einsum "${formula}", operand ${index + 1}`, `(${known.join(", ")})`, shape);
    }
    if (index === inputs.length && letters.some((letter) => !sizes.has(letter))) {
      throw new RangeError(`einsum "${formula}": expected every letter of the output in an input`);
    }
    letters.forEach((letter, axis) => sizes.set(letter, shape[axis]));
  }
  const order = [...new Set(Array.from(outLabels + left.replaceAll(",", "")))];
  return order.map((letter) => ({
    size: sizes.get(letter) ?? 1,
    // A letter that stands twice in one operand walks its diagonal: the strides add up.
    steps: operands.map(({ shape }, index) =>
      stridesOf(shape).reduce(
        (step, stride, axis) => (labels[index][axis] === letter ? step + stride : step),
        0,
      ),
    ),
  }));
}

/**
 * Sums products over every letter that the output lacks: out[ij] = Σ_k a[ik] b[kj] for "ik,kj->ij". Any number of
 * inputs, any letters; no ellipsis.
 *
 * @throws {RangeError} If the formula is malformed. @throws {ShapeError} If a shape does not fit it.
 */
export function einsum(formula: string, inputs: readonly EinsumOperand[], out: EinsumOperand): void {
  // #region steps
  const loops = parse(formula, inputs, out);
  const target = out.data.fill(0);
  const sources = inputs.map(({ data }) => data);
  const depth = loops.length;
  const last = sources.length;
  // offsets[d] holds where each operand stands once the d outer loops are fixed.
  const offsets = Array.from({ length: depth + 1 }, () => new Int32Array(last + 1));
  const visit = (level: number): void => {
    const here = offsets[level];
    if (level === depth) {
      let product = 1;
      for (let s = 0; s < last; s++) product *= sources[s][here[s]];
      target[here[last]] += product;
      return;
    }
    const { size, steps } = loops[level];
    const inner = offsets[level + 1];
    inner.set(here);
    for (let index = 0; index < size; index++) {
      visit(level + 1);
      for (let s = 0; s <= last; s++) inner[s] += steps[s];
    }
  };
  visit(0);
  // #endregion
}

export const einsumRung: Rung = {
  id: "einsum",
  name: "Einsum",
  idea: 'States only the formula "ik,kj->ij". A general routine makes the loops from its letters.',
  run(a, b, out, m, k, n) {
    // #region loop
    einsum(
      "ik,kj->ij",
      [
        { data: a, shape: [m, k] },
        { data: b, shape: [k, n] },
      ],
      { data: out, shape: [m, n] },
    );
    // #endregion
  },
};
