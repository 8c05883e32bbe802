import type { DType, Op, OpName } from "../../../core/ops/op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import type { Views } from "../../../shared/engine/tensor-view.ts";
import type { PlannedStep } from "../../../shared/engine/worker-tasks.ts";
import type { Control } from "../../program/control.ts";
import type { Kernels } from "../load/kernels.ts";

/** What a kernel knows about its place when it is compiled for one worker. */
export interface KernelContext {
  readonly step: PlannedStep;
  /** This worker's items: rows, or elements of the flat tensor. */
  readonly begin: number;
  readonly end: number;
  readonly control: Control;
  readonly kernels: Kernels;
  /** Second-level cache that blocks may count on. */
  readonly cacheBytes: number;
  /** First byte of this worker's private scratch for this step. */
  readonly scratchOffsetBytes: number;
  view<D extends DType>(tensor: Tensor, dtype: D): Views[D];
  /** A view of raw arena bytes, for scratch. */
  viewAt<D extends DType>(dtype: D, offsetBytes: number, length: number): Views[D];
  /** Byte where worker `worker` leaves its partial result; default this worker's own. */
  partialOffset(worker?: number): number;
  /** The repeat that runs now, from 0. */
  repeat(): number;
}

/** A planned step compiled for one worker, views taken and shapes looked up: nothing is allocated while it runs. */
export interface CompiledKernel {
  /** Before the first block of every repeat: packs operands, clears sums. */
  readonly prepare?: () => void;
  /** Items [begin, end) of this worker's; blocks come in ascending order and leave nothing out. */
  readonly run: (begin: number, end: number) => void;
  /** After the last block of every repeat. */
  readonly finish?: () => void;
}

/** Compiles one op's step for one worker. */
export type Kernel<K extends OpName> = (
  op: Extract<Op<Tensor>, { op: K }>,
  context: KernelContext,
) => CompiledKernel;
