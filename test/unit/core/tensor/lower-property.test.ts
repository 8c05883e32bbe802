import fc from "fast-check";
import { expect, it } from "vitest";
import { evaluate } from "../../../../src/core/tensor/float64/evaluate.ts";
import { leavesOf, programOf } from "../../../../src/core/tensor/float64/program.ts";
import type { TensorNode } from "../../../../src/core/tensor/tensor-node.ts";
import { instruction, recordProgram } from "./random-program.ts";
import { testRecorder } from "./recorder.ts";
import { TestMemory } from "./run-lowered.ts";

/** The values of nodes by the float64 interpreter, which shares nothing with lowering. */
function interpreted(nodes: readonly TensorNode[]): readonly Float64Array[] {
  const { program, nodes: steps } = programOf(nodes[nodes.length - 1], nodes);
  const leaves = new Map(
    leavesOf(program).map((step) => {
      const op = steps[step].op;
      return [step, op.kind === "data" ? Float64Array.from(op.values) : new Float64Array()] as const;
    }),
  );
  const { values } = evaluate(program, { leaves, decisions: new Map() });
  return nodes.map((node) => values[steps.indexOf(node)]);
}

/** Numbers in maps are float32. */
const TOLERANCE = 1e-6;

function expectClose(actual: Float64Array, expected: Float64Array, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const scale = expected.reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    1,
  );
  const bad = expected.findIndex(
    (value, i) =>
      !(
        Object.is(value, actual[i]) ||
        value === actual[i] ||
        Math.abs(value - actual[i]) <= TOLERANCE * scale
      ),
  );
  if (bad >= 0) expect.fail(`${what}: element ${bad} is ${actual[bad]}, expected ${expected[bad]}`);
}

it("computes what the float64 interpreter does, of random programs, whatever is wanted, kept or settled", () => {
  fc.assert(
    fc.property(
      fc.array(instruction, { minLength: 1, maxLength: 14 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      fc.nat(),
      (instructions, picks, mask) => {
        const { nodes } = recordProgram(testRecorder(), instructions);
        const expected = interpreted(nodes);
        const wanted = [
          ...new Set(picks.map((pick) => nodes[nodes.length - 1 - (pick % Math.min(4, nodes.length))])),
        ];
        const memory = new TestMemory();
        memory.compute(wanted, { kept: (node) => (mask >> (node.id % 30)) % 2 === 1 });
        for (const node of wanted) expectClose(memory.read(node), expected[nodes.indexOf(node)], node.label);
        // The end of a cell, and a read afterwards.
        memory.compute([], { settled: nodes });
        memory.compute(nodes);
        nodes.forEach((node, i) => expectClose(memory.read(node), expected[i], `${node.label}, settled`));
      },
    ),
    { numRuns: 1500, seed: 16 },
  );
});
