import { asGeneric, type LossOp } from "../../../core/ops/loss-ops.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import type { CompiledKernel, KernelContext } from "./kernel.ts";
import { map } from "./map.ts";
import { reduce } from "./reduce.ts";

/** Losses element by element are expressions, in blocks that stay in the first-level cache. */
export function elementLoss(op: LossOp<Tensor>, context: KernelContext): CompiledKernel {
  const generic = asGeneric(op);
  return generic.op === "map" ? map(generic, context) : reduce(generic, context);
}
