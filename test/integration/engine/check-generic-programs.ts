import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GenericOp } from "../../../src/core/ops/generic-op.ts";
import { reduceSplit } from "../../../src/core/ops/generic-split.ts";
import { RecordingOps } from "../../../src/core/ops/recording-ops.ts";
import { ReferenceOps } from "../../../src/core/ops/reference-ops.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { ProgramGenerator, renamed, type GenericProgram } from "./generic-program.ts";

const SEED = 20_261_127;

/** What the program leaves in each tensor, from the engine. */
async function computed(
  engine: Engine,
  { tensors, ops }: GenericProgram,
  threads: number,
): Promise<Float64Array[]> {
  const scope = engine.arena.scope();
  try {
    const recording = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
    const ours = tensors.map(({ shape, dtype, values }, index) => {
      const tensor = recording.tensor(`t${index}`, shape, dtype);
      const view = viewOf(engine.arena.memory, tensor, dtype);
      if (values === null) view.fill(NaN);
      else view.set(values);
      return tensor;
    });
    for (const op of ops) recording.run(renamed(op, ours));
    await engine.run([{ program: recording.program(), repeats: 2 }], { threads });
    return ours.map((tensor) => Float64Array.from(viewOf(engine.arena.memory, tensor, tensor.dtype)));
  } finally {
    scope.release();
  }
}

/** The same in float64. */
function expected({ tensors, ops }: GenericProgram): Float64Array[] {
  const reference = new ReferenceOps();
  const theirs = tensors.map(({ shape, dtype, values }, index) => {
    const tensor = reference.tensor(`t${index}`, shape, dtype);
    if (values === null) tensor.data.fill(NaN);
    else tensor.data.set(values.map(Math.fround));
    return tensor;
  });
  for (const op of ops) reference.run(renamed(op, theirs));
  return theirs.map(({ data }) => Float64Array.from(data));
}

const outOf = (op: GenericOp<number>): number => (op.op === "copy" ? op.out.tensor : op.out);
/** Sums over all of the workers' rows round with their number; all else does not depend on it. */
const dependsOnThreads = (op: GenericOp<number>): boolean =>
  op.op === "reduce" && op.kind === "sum" && reduceSplit(op).way === "partial";

function firstDifference(got: Float64Array, wanted: Float64Array, tolerance: number): string | null {
  const wrong = wanted.findIndex((value, i) => {
    if (Object.is(got[i], value) || got[i] === value) return false;
    return !(Math.abs(got[i] - value) <= tolerance * (1 + Math.abs(value)));
  });
  return wrong < 0 ? null : `element ${wrong}: ${got[wrong]} instead of ${wanted[wrong]}`;
}

/** Random programs of the generic ops against float64, on an engine of its own with three workers. */
export function checkGenericPrograms(
  start: () => Promise<Engine>,
  runs: { readonly exact: number; readonly others: number },
): void {
  describe("the tensor language's ops", () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(async () => {
      await engine.close();
    });

    it.each([
      ["+, −, ·, /, comparisons and the like", true, runs.exact],
      ["powers, logarithms and other functions", false, runs.others],
    ])(
      "give what float64 gives for random programs of %s, the same for any number of threads",
      async (_steps, exact, numRuns) => {
        await fc.assert(
          fc.asyncProperty(fc.gen(), async (g) => {
            const program = new ProgramGenerator(g).program(exact);
            const wanted = expected(program);
            const [one, two, three] = [
              await computed(engine, program, 1),
              await computed(engine, program, 2),
              await computed(engine, program, 3),
            ];
            for (const [index, op] of program.ops.entries()) {
              const out = outOf(op);
              const title = `${index}: ${JSON.stringify(op)}`;
              expect(firstDifference(one[out], wanted[out], 1e-4), title).toBeNull();
              const tolerance = dependsOnThreads(op) ? 1e-6 : 0;
              expect(firstDifference(two[out], one[out], tolerance), title).toBeNull();
              expect(firstDifference(three[out], one[out], tolerance), title).toBeNull();
              if (op.op === "take" || op.op === "scatterAdd") {
                expect(three[op.outside]).toEqual(wanted[op.outside]);
              }
            }
          }),
          { numRuns, seed: SEED },
        );
        expect(engine.arena.usedBytes).toBe(0);
      },
      600_000,
    );
  });
}
