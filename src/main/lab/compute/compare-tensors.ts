import {
  finishComparison,
  mergeComparisons,
  type GradientComparison,
  type PartialComparison,
} from "../../../core/gradient-check.ts";
import { numelOf, type Tensor } from "../../../core/ops/recording-ops.ts";
import type { WorkerTask } from "../../../shared/engine/worker-tasks.ts";
import type { Engine } from "../../engine/engine.ts";
import { runTasks } from "./programs.ts";

/** Elements compared at a time. */
const COMPARE_ELEMENTS = 4_000_000;

const CERTAIN: ReadonlyMap<number, number> = new Map();

/**
 * Compares a float32 tensor with another in float32 or float64, in blocks on the workers. `allowances` says by how
 * much a coordinate may differ without a mistake, by flat index.
 *
 * @throws {ExperimentCancelled} @throws {TaskError}
 */
export async function compareTensors(
  engine: Engine,
  {
    ours,
    reference,
    threads,
    allowances = CERTAIN,
  }: {
    readonly ours: Tensor;
    readonly reference: Tensor;
    readonly threads: number;
    readonly allowances?: ReadonlyMap<number, number>;
  },
): Promise<GradientComparison> {
  const numel = numelOf(ours.shape);
  const tasks: ((worker: number) => WorkerTask)[] = [];
  for (let begin = 0; begin < numel; begin += COMPARE_ELEMENTS) {
    const end = Math.min(numel, begin + COMPARE_ELEMENTS);
    tasks.push((worker) => ({ kind: "compare", worker, ours, reference, begin, end, allowances }));
  }
  const partials = await runTasks<PartialComparison>(engine, tasks, { threads });
  return finishComparison(partials.reduce(mergeComparisons));
}
