import type { Program } from "../../../core/ops/recording-ops.ts";
import type { Engine } from "../../engine/engine.ts";
import { planSections } from "../../engine/plan.ts";
import { timeLoops } from "../compute/programs.ts";
import type { Operands } from "./operands.ts";
import type { Contender } from "./contender.ts";

/** The engine's product of the operands as a program. */
export const productProgram = ({ a, b, out }: Pick<Operands, "a" | "b" | "out">): Program => ({
  ops: [{ op: "matmul", a, b, out, transposeA: false, transposeB: false, accumulate: false }],
});

const leftToFewer = (workers: number, threads: number): string =>
  `so small a product is left to ${workers} of ${threads} workers: waking the others would cost more time than they save`;

/** The engine's kernel on one worker or shared by rows over several, timed by a worker between barriers. */
export function kernelRung(
  engine: Engine,
  operands: Operands,
  { rung, name, threads }: Pick<Contender, "rung" | "name" | "threads">,
): Contender {
  const program = productProgram(operands);
  // Only counted: nothing is allocated for a plan that is not run.
  const { sections } = planSections([{ program, repeats: 1 }], threads, () => 0, {
    cacheBytes: engine.cacheBytes,
  });
  const workers = Math.max(...sections.flatMap(({ groups }) => groups.map((group) => group.threads)));
  return {
    rung,
    name,
    threads,
    restMs: 0,
    foreign: false,
    remark: workers < threads ? leftToFewer(workers, threads) : "",
    first: async () => {
      const [coldMs = NaN] = await timeLoops(engine, program, {
        threads,
        calls: 1,
        samples: 1,
        warmupCalls: 0,
      });
      return { coldMs };
    },
    sample: (calls, samples) =>
      timeLoops(engine, program, { threads, calls, samples, warmupCalls: calls > 1 ? 1 : 0 }),
  };
}
