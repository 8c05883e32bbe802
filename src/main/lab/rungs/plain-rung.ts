import type { RungAnswer, RungTask } from "../../../shared/engine/worker-tasks.ts";
import type { Engine } from "../../engine/engine.ts";
import { runOnWorker } from "../compute/programs.ts";
import type { Operands } from "./operands.ts";
import type { Contender } from "./contender.ts";

/** What is timed of a rung. */
export type RungLoops = Pick<RungTask, "warmupCalls" | "callsPerSample" | "samples" | "limitMs">;

/** Times a rung in plain TypeScript on one worker. @throws {ExperimentCancelled} @throws {TaskError} */
export const timePlainRung = (
  engine: Engine,
  rung: string,
  { a, b, out }: Pick<Operands, "a" | "b" | "out">,
  loops: RungLoops,
): Promise<RungAnswer> =>
  runOnWorker<RungAnswer>(engine, (worker) => ({ kind: "rung", worker, rung, a, b, out, ...loops }));

/** A rung of core/matmul-rungs. */
export function plainRung(
  engine: Engine,
  operands: Operands,
  { rung, name }: Pick<Contender, "rung" | "name">,
): Contender {
  return {
    rung,
    name,
    threads: 1,
    restMs: 0,
    foreign: false,
    remark: "",
    first: async (limitMs) => {
      const { samplesMs, givenUpMs } = await timePlainRung(engine, rung, operands, {
        warmupCalls: 0,
        callsPerSample: 1,
        samples: 1,
        limitMs,
      });
      return givenUpMs === null ? { coldMs: samplesMs[0] ?? NaN } : { givenUpMs };
    },
    sample: async (callsPerSample, samples) => {
      // Of a long call nothing is thrown away: its own caches are full after its first rows.
      const warmupCalls = callsPerSample > 1 ? 1 : 0;
      const { samplesMs } = await timePlainRung(engine, rung, operands, {
        warmupCalls,
        callsPerSample,
        samples,
        limitMs: Infinity,
      });
      return samplesMs;
    },
  };
}
