import fc from "fast-check";
import { expect, it } from "vitest";
import {
  centralDifference,
  differenceTasks,
  slopeOf,
} from "../../../../src/core/tensor/float64/differences.ts";
import { evaluate } from "../../../../src/core/tensor/float64/evaluate.ts";
import { reverse } from "../../../../src/core/tensor/float64/reverse.ts";
import { reduce } from "../../../../src/core/tensor/reductions.ts";
import { passOf } from "./passes.ts";
import { instruction, recordProgram, SMOOTH } from "./random-program.ts";
import { testRecorder } from "./recorder.ts";

const names = Object.keys(SMOOTH);

/** Programs whose first steps are any and whose last is this operation. */
function expectProven(name: string): void {
  const used = { proven: 0 };
  fc.assert(
    fc.property(fc.array(instruction, { minLength: 1, maxLength: 4 }), instruction, (before, last) => {
      const recorder = testRecorder();
      const op = names.indexOf(name);
      const { nodes } = recordProgram(recorder, [...before, { ...last, op }], {
        smoothOnly: true,
        limit: 600,
      });
      const end = nodes[nodes.length - 1];
      const loss = reduce(recorder, "sum", end);
      const { program, inputs } = passOf(loss);
      const pass = evaluate(program, inputs);
      const sane = pass.values.every((values) =>
        values.every((value) => Number.isFinite(value) && Math.abs(value) < 1e4),
      );
      const { gradients } = reverse(program, pass);
      fc.pre(
        sane && gradients.every((gradient) => gradient?.every((value) => Math.abs(value) < 1e5) ?? true),
      );
      const tensors = [...inputs.leaves.keys()].flatMap((step) =>
        gradients[step] === null ? [] : [{ step, length: gradients[step].length }],
      );
      for (const task of differenceTasks(tensors, { seed: 3, coordinates: 3 })) {
        const slope = slopeOf(gradients[task.step]!);
        const { relative, difference, derivative } = centralDifference(
          program,
          { inputs, pass, slope },
          task,
        );
        const loss = Math.abs(pass.values[pass.values.length - 1][0]);
        // What rounding of the loss itself leaves of a difference.
        const noise = (1e-15 * (1 + loss)) / 2 ** -17;
        if (Math.abs(difference - derivative) < 10 * noise) continue;
        expect(relative, `${name}: ${difference} against ${derivative}`).toBeLessThan(2e-4);
        used.proven++;
      }
    }),
    { numRuns: 60, seed: 5 },
  );
}

it.each(names)("%s: the chain rule agrees with central differences on random programs", (name) => {
  expectProven(name);
});
