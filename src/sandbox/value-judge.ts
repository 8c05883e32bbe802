import { explainValues, type ShapedValues } from "../core/tensor/check/explain-values.ts";
import { evaluate } from "../core/tensor/float64/evaluate.ts";
import { decisiveSteps, leavesOf, programOf } from "../core/tensor/float64/program.ts";
import { numelOf } from "../core/ops/recording-ops.ts";
import type { TensorNode } from "../core/tensor/tensor-node.ts";
import { GuestError } from "./guest-error.ts";
import type { TensorLedger } from "./tensor-ledger.ts";
import { grouped } from "../core/grouped.ts";

/** Elements of all steps of a reference, which this thread computes in float64 by itself. */
const MOST_ELEMENTS = 4_000_000;

export interface ValueCase {
  readonly actual: TensorNode;
  readonly expected: TensorNode;
  /** The reference is computed again from how it came about, in float64; a check must be recording. */
  readonly exact: boolean;
  readonly mistakes: readonly { readonly words: string; readonly node: TensorNode }[];
  readonly rtol: number;
  readonly atol: number;
}

/** Compares what a person's code computed with what is right. */
export class ValueJudge {
  readonly #ledger: TensorLedger;

  constructor(ledger: TensorLedger) {
    this.#ledger = ledger;
  }

  /** What is wrong in words; "" where nothing is. @throws {GuestError} If it is too large. */
  judge({ actual, expected, exact, mistakes, rtol, atol }: ValueCase): string {
    const reference = exact ? this.#exact(expected) : this.#read(expected);
    const question = { actual: this.#read(actual), expected: reference, rtol, atol };
    const right = explainValues({ ...question, mistakes: [] });
    if (right === null) return "";
    const made = mistakes.map(({ words, node }) => ({ words, ...this.#read(node) }));
    return explainValues({ ...question, mistakes: made }) ?? "";
  }

  #read(node: TensorNode): ShapedValues {
    this.#require(numelOf(node.shape));
    const { values } = this.#ledger.run([], { reads: [this.#ledger.view(node)] });
    return { values: values[0] ?? [], shape: node.shape };
  }

  /** The values of a recorded tensor by float64 arithmetic from its leaves on. */
  #exact(root: TensorNode): ShapedValues {
    const { program, nodes } = programOf(root);
    this.#require(nodes.reduce((sum, node) => sum + numelOf(node.shape), 0));
    const [leaves, decisions] = [leavesOf(program), decisiveSteps(program)];
    const given = (steps: readonly number[]): Map<number, Float64Array> =>
      new Map(
        steps.map((step) => [step, Float64Array.from(this.#read(nodes[step] ?? root).values)] as const),
      );
    const pass = evaluate(program, { leaves: given(leaves), decisions: given(decisions) });
    return { values: pass.values.at(-1) ?? [], shape: root.shape };
  }

  #require(elements: number): void {
    if (elements <= MOST_ELEMENTS) return;
    throw new GuestError(
      "LimitError",
      `equal(): the values have ${grouped(elements)} elements, at most ` +
        `${grouped(MOST_ELEMENTS)} are compared. Check it on fewer rows`,
    );
  }
}
