import type { Op } from "../../../core/ops/op.ts";
import type { Program, Tensor } from "../../../core/ops/recording-ops.ts";
import { median } from "../../../core/statistics.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Section } from "../../engine/plan.ts";
import { elapsedBetween, execute } from "../compute/programs.ts";

/** Times of every op: the first calls warm up. */
export const CALLS = 7;
const WARMUP_CALLS = 2;

/** All ops one after the other, each alone between two marks. */
export function timedSections(ops: readonly Op<Tensor>[]): readonly Section[] {
  const mark = (name: string): Program => ({ ops: [{ op: "mark", name }] });
  return ops.flatMap((op, index) => [
    { program: mark(`begin ${index}`), repeats: 1 },
    { program: { ops: [op] }, repeats: 1, opByOp: true },
    { program: mark(`end ${index}`), repeats: 1 },
  ]);
}

/** Median milliseconds of every op alone, without fusion. @throws {ExperimentCancelled} @throws {TaskError} */
export async function timeOps(
  engine: Engine,
  ops: readonly Op<Tensor>[],
  threads: number,
): Promise<readonly number[]> {
  const once = timedSections(ops);
  const sections = Array.from({ length: CALLS }, () => once).flat();
  const records = await execute(engine, sections, { threads });
  return ops.map((_, index) =>
    median(elapsedBetween(records, `begin ${index}`, `end ${index}`).slice(WARMUP_CALLS)),
  );
}
