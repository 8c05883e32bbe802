import { expect, it } from "vitest";
import { tensorOf } from "../../../../src/core/tensor/create.ts";
import { evaluate } from "../../../../src/core/tensor/float64/evaluate.ts";
import { programOf } from "../../../../src/core/tensor/float64/program.ts";
import { reduce, softmax } from "../../../../src/core/tensor/reductions.ts";
import type { TensorNode } from "../../../../src/core/tensor/tensor-node.ts";
import { testRecorder } from "./recorder.ts";

const ROWS = [Infinity, 1, 2, -Infinity, 1, 2, -Infinity, -Infinity, -Infinity];

const infinite = (recorder: ReturnType<typeof testRecorder>): TensorNode =>
  tensorOf(recorder, Float32Array.from(ROWS), [3, 3]);

function valuesOf(node: TensorNode): number[] {
  const { program, nodes } = programOf(node);
  const leaves = new Map(
    nodes.flatMap(({ op }, step) =>
      op.kind === "data" ? [[step, Float64Array.from(op.values)] as const] : [],
    ),
  );
  return [...(evaluate(program, { leaves, decisions: new Map() }).values.at(-1) ?? [])];
}

// As torch.softmax and torch.logsumexp.
it("the softmax of an infinite value is NaN, of a lone −∞ it is 0", () => {
  const recorder = testRecorder();
  const found = valuesOf(softmax(recorder, infinite(recorder), 1));
  const share = 1 / (1 + Math.exp(1));
  [NaN, NaN, NaN, 0, share, 1 - share, NaN, NaN, NaN].forEach((value, i) => {
    if (Number.isNaN(value)) expect(found[i], `element ${i}`).toBeNaN();
    else expect(found[i], `element ${i}`).toBeCloseTo(value, 12);
  });
});

it("the log of the sum of exponentials is the infinite value", () => {
  const recorder = testRecorder();
  const found = valuesOf(reduce(recorder, "logSumExp", infinite(recorder), { dim: 1 }));
  expect(found[0]).toBe(Infinity);
  expect(found[1]).toBeCloseTo(Math.log(Math.exp(1) + Math.exp(2)), 12);
  expect(found[2]).toBe(-Infinity);
});
