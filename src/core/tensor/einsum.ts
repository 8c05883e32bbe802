import { numelOf } from "../ops/recording-ops.ts";
import { binary } from "./elementwise.ts";
import { matmul } from "./products.ts";
import { reduce } from "./reductions.ts";
import { describe, sameShape } from "./shapes.ts";
import { TensorShapeError } from "./tensor-error.ts";
import type { Recorder, TensorNode } from "./tensor-node.ts";
import { permute, reshape } from "./views.ts";

/** A tensor with a letter for each axis. */
interface Lettered {
  readonly node: TensorNode;
  readonly letters: readonly string[];
}

/**
 * Sums of products named by letters: "ik,kj->ij" is a matrix product, "ij->ji" a transpose, "ij->" a sum. One or two
 * tensors; letters that both have and the result has not are contracted, by a matrix product where no letter stands in
 * all three. Without "->" the result has the letters that stand once, in alphabetical order. A letter twice in one
 * tensor (a diagonal), "…" and three tensors are not known.
 *
 * @throws {TensorShapeError} If the formula does not fit the tensors; says which letter.
 */
export function einsum(recorder: Recorder, formula: string, tensors: readonly TensorNode[]): TensorNode {
  const { inputs, output } = parse(formula, tensors);
  const sizes = sizesOf(formula, inputs);
  const unknown = output.find((letter) => !sizes.has(letter));
  if (unknown !== undefined) fail(formula, `the result's letter ${unknown} stands in no tensor.`);
  const needed = (letter: string, place: number): boolean =>
    output.includes(letter) ||
    inputs.some(({ letters }, other) => other !== place && letters.includes(letter));
  const ready = inputs.map((one, place) => summed(recorder, one, (letter) => !needed(letter, place)));
  const [left, right] = ready;
  const product = ready.length === 1 ? left : multiply(recorder, { left, right, output });
  return inOrder(recorder, product, output);
}

function fail(formula: string, what: string): never {
  throw new TensorShapeError(`einsum("${formula}"): ${what}`);
}

function parse(
  formula: string,
  tensors: readonly TensorNode[],
): { readonly inputs: readonly Lettered[]; readonly output: readonly string[] } {
  const halves = formula.replaceAll(/\s/g, "").split("->");
  const before = halves[0];
  const after = halves.length > 1 ? halves[1] : "";
  const parts = before.split(",").map((part) => part.split(""));
  const letters = [...parts.flat(), ...after.split("")];
  const strange = letters.find((letter) => !/^[a-zA-Z]$/.test(letter));
  if (strange !== undefined || halves.length > 2) {
    fail(
      formula,
      `expected letters, one comma and one "->" as in "ik,kj->ij"${strange === undefined ? "" : `, got "${strange}"`}.`,
    );
  }
  if (parts.length > 2 || tensors.length > 2)
    fail(formula, "one or two tensors; multiply more of them in steps.");
  if (parts.length !== tensors.length) {
    fail(formula, `the formula names ${parts.length} tensors, ${tensors.length} were given.`);
  }
  const inputs = tensors.map((node, place) => ({ node, letters: parts[place] }));
  for (const one of inputs) {
    if (one.letters.length !== one.node.shape.length) {
      fail(
        formula,
        `"${one.letters.join("")}" names ${one.letters.length} axes, the tensor ${describe(one.node)} has ${one.node.shape.length}.`,
      );
    }
    if (new Set(one.letters).size < one.letters.length) {
      fail(
        formula,
        `a letter twice in "${one.letters.join("")}" (a diagonal) is not known here; multiply by eye() and sum.`,
      );
    }
  }
  const once = [...new Set(parts.flat())].filter(
    (letter) => parts.flat().filter((one) => one === letter).length === 1,
  );
  const output = halves.length === 1 ? once.toSorted() : after.split("");
  if (new Set(output).size < output.length) fail(formula, "a letter stands twice in the result.");
  return { inputs, output };
}

function sizesOf(formula: string, inputs: readonly Lettered[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { node, letters } of inputs) {
    letters.forEach((letter, axis) => {
      const known = sizes.get(letter);
      if (known !== undefined && known !== node.shape[axis]) {
        fail(
          formula,
          `axis ${letter} is ${known} in ${describe(inputs[0].node)} and ${node.shape[axis]} in ${describe(node)}.`,
        );
      }
      sizes.set(letter, node.shape[axis]);
    });
  }
  return sizes;
}

/** Without the letters that nothing else has: their sum. */
function summed(
  recorder: Recorder,
  { node, letters }: Lettered,
  gone: (letter: string) => boolean,
): Lettered {
  const dim = letters.flatMap((letter, axis) => (gone(letter) ? [axis] : []));
  if (dim.length === 0) return { node, letters };
  return { node: reduce(recorder, "sum", node, { dim }), letters: letters.filter((letter) => !gone(letter)) };
}

function multiply(
  recorder: Recorder,
  {
    left,
    right,
    output,
  }: { readonly left: Lettered; readonly right: Lettered; readonly output: readonly string[] },
): Lettered {
  const shared = left.letters.filter((letter) => right.letters.includes(letter));
  const contracted = shared.filter((letter) => !output.includes(letter));
  if (contracted.length === 0 || contracted.length < shared.length) {
    return multiplyAndSum(recorder, { left, right, contracted });
  }
  const own = (one: Lettered): readonly string[] => one.letters.filter((letter) => !shared.includes(letter));
  const a = inOrder(recorder, left, [...own(left), ...contracted]);
  const b = inOrder(recorder, right, [...contracted, ...own(right)]);
  const [rows, columns] = [a.shape.slice(0, own(left).length), b.shape.slice(contracted.length)];
  const inner = numelOf(b.shape.slice(0, contracted.length));
  const product = matmul(
    recorder,
    shaped(recorder, a, [numelOf(rows), inner]),
    shaped(recorder, b, [inner, numelOf(columns)]),
    "einsum",
  );
  return { node: shaped(recorder, product, [...rows, ...columns]), letters: [...own(left), ...own(right)] };
}

/** With letters that all three have: every product, summed as it is made. */
function multiplyAndSum(
  recorder: Recorder,
  {
    left,
    right,
    contracted,
  }: { readonly left: Lettered; readonly right: Lettered; readonly contracted: readonly string[] },
): Lettered {
  const letters = [...new Set([...left.letters, ...right.letters])];
  const [a, b] = [left, right].map((one) => {
    const present = letters.filter((letter) => one.letters.includes(letter));
    const node = inOrder(recorder, one, present);
    const shape = letters.map((letter) =>
      present.includes(letter) ? node.shape[present.indexOf(letter)] : 1,
    );
    return shaped(recorder, node, shape);
  });
  const node = binary(recorder, "mul", a, b, "einsum");
  return summed(recorder, { node, letters }, (letter) => contracted.includes(letter));
}

function inOrder(recorder: Recorder, { node, letters }: Lettered, wanted: readonly string[]): TensorNode {
  if (letters.every((letter, axis) => letter === wanted[axis])) return node;
  const dims = wanted.map((letter) => letters.indexOf(letter));
  return permute(recorder, node, dims, "einsum");
}

const shaped = (recorder: Recorder, node: TensorNode, shape: readonly number[]): TensorNode =>
  sameShape(node.shape, shape) ? node : reshape(recorder, node, shape, "einsum");
