import type { Op } from "../../../core/ops/op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { phasesOf } from "../../../core/ops/sharding.ts";

/** Milliseconds that ops take once, shared by so many workers, by the costs that the planner cuts them by. */
export const expectedMs = (ops: readonly Op<Tensor>[], threads: number): number =>
  ops.flatMap(phasesOf).reduce((sum, { costNs }) => sum + costNs, 0) / threads / 1e6;
